import assert from "node:assert/strict";
import { addSink } from "../../core/sinks/add_sink.ts";
import { startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { serveLocally } from "../_support/upstream.ts";
import { noticeAfter, problemAt, see, send, typedIn } from "./_forms.ts";

const ALLOWED = { AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" };
const FIELDS = {
  intent: "add",
  name: "SIEM",
  kind: "jsonl",
  "include[]": ["calls", "audit"],
  workspaces: "",
  from: "now",
  gzip: "on",
  header: "",
  value: "",
};

/** A collector on loopback, and the headers that it got. */
function startCollector() {
  const got: Headers[] = [];
  const server = serveLocally(async (request) => {
    await request.text();
    got.push(request.headers);
    return new Response(null, { status: 200 });
  });
  return {
    url: `${server.origin}/logs`,
    got,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

Deno.test("a sink is added with a header whose value no page shows again, and takes a test record", async () => {
  await using app = await startApp(ALLOWED);
  await using collector = startCollector();
  const cookie = await app.signIn("admin");

  const added = await send(app, "/add/sink", cookie, {
    ...FIELDS,
    url: collector.url,
    header: "X-Collector-Key",
    value: "a-key-that-is-secret",
  });
  const path = added.location ?? "";
  const tried = await send(app, path, cookie, { intent: "test" });
  const { html } = await see(app, path, cookie);

  assert.equal(added.status, 303);
  assert.match(await noticeAfter(app, tried, cookie) ?? "", /took a test record/);
  assert.equal(collector.got.at(-1)?.get("x-collector-key"), "a-key-that-is-secret");
  assert.match(html, /x-collector-key: ••••/);
  assert.doesNotMatch(html, /a-key-that-is-secret/);
});

Deno.test("a page below a part of the settings says what it is about, and leads up", async () => {
  await using app = await startApp(ALLOWED);
  await using collector = startCollector();
  const cookie = await app.signIn("admin");
  const fields = { ...FIELDS, url: collector.url };
  const added = await send(app, "/add/sink", cookie, fields);

  for (const [path, name] of [[added.location ?? "", "SIEM"], ["/add/sink", "Add a sink"]]) {
    const { html } = await see(app, path, cookie);
    assert.match(
      html,
      /"Breadcrumb"><a href="\/settings"[^>]*>Settings<\/a><a href="\/settings\/sinks"[^>]*>Sinks/,
    );
    assert.match(html, new RegExp(`<title>${name} · Sinks · Settings · `));
  }
  assert.doesNotMatch((await see(app, "/settings/sinks", cookie)).html, /Breadcrumb/);
});

Deno.test("each wrong field of a sink is said at it, with what was typed kept but no value", async () => {
  await using app = await startApp(ALLOWED);
  const cookie = await app.signIn("admin");
  const add = (fields: Record<string, string | string[]>) =>
    send(app, "/add/sink", cookie, { ...FIELDS, url: "http://127.0.0.1:9/logs", ...fields });

  const empty = await add({ name: "", url: "" });
  const half = await add({ value: "a-key-that-is-secret" });
  const other = await add({ header: "X-Key" });
  const own = await add({ header: "Content-Length", value: "12345678" });

  assert.equal(problemAt(empty, "name"), "Fill this in.");
  assert.equal(problemAt(empty, "url"), "Fill this in.");
  assert.equal(problemAt(half, "header"), "Say which header carries this value.");
  assert.equal(problemAt(other, "value"), "Give the header its value.");
  assert.equal(typedIn(other, "header"), "X-Key");
  assert.equal(own.status, 400);
  assert.match(own.html, /content-length/i);
  for (const { html } of [half, own]) assert.doesNotMatch(html, /a-key-that-is-secret|12345678/);
  assert.deepEqual(await app.services.sinks.list(), []);
});

Deno.test("a sink is changed, loses a header, is disabled, and is removed by its name", async () => {
  await using app = await startApp(ALLOWED);
  const cookie = await app.signIn("admin");
  const { services } = app;
  const { id } = await addSink(services, AN_ADMIN, {
    name: "SIEM",
    kind: "jsonl",
    url: "http://127.0.0.1:9/logs?key=abcdef",
    headers: { "X-Key": "a-key-that-is-secret" },
  });
  const path = `/settings/sinks/${id}`;
  const { kind: _, from: __, ...change } = {
    ...FIELDS,
    intent: "change",
    name: "Archive",
    url: "",
  };

  const changed = await send(app, path, cookie, change);
  assert.equal(await noticeAfter(app, changed, cookie), "Saved Archive.");
  const away = await send(app, path, cookie, { ...change, url: "http://127.0.0.1:10/logs" });
  assert.equal(away.status, 400);
  assert.match(away.html, /headers do not go along/);
  assert.doesNotMatch((await see(app, path, cookie)).html, /abcdef/);

  await send(app, path, cookie, { intent: "drop-header", of: "x-key", name: "x-key" });
  await send(app, path, cookie, { intent: "switch", enabled: "no" });
  const [after] = await services.sinks.list();
  assert.deepEqual([after.name, after.headers, after.enabled], ["Archive", [], false]);
  assert.equal(after.url, "http://127.0.0.1:9/logs?key=abcdef");

  const mistyped = await send(app, path, cookie, { intent: "remove", confirm: "SIEM" });
  assert.match(problemAt(mistyped, "confirm") ?? "", /Type exactly Archive/);
  await send(app, path, cookie, { intent: "remove", confirm: "Archive" });
  assert.deepEqual(await services.sinks.list(), []);
});

Deno.test("the page of the keys says what to do, to admins; owners rotate", async () => {
  await using app = await startApp();
  const [owner, admin, viewer] = await Promise.all([
    app.signIn("owner"),
    app.signIn("admin"),
    app.signIn("viewer"),
  ]);

  assert.equal((await see(app, "/settings/keys", viewer)).status, 403);
  const seen = await see(app, "/settings/keys", admin);
  assert.match(seen.html, /Nothing to do: everything is sealed under &quot;default&quot;/);
  assert.doesNotMatch(seen.html, /Seal everything again now/);
  assert.equal((await send(app, "/settings/keys", admin, { intent: "rotate" })).status, 403);

  const rotated = await send(app, "/settings/keys", owner, { intent: "rotate" });
  assert.match(await noticeAfter(app, rotated, owner) ?? "", /sealed again in the background/);
});

Deno.test("the page of the system says how the process was set up, and nothing secret", async () => {
  const token = "environment-token-0123456789";
  await using app = await startApp({
    AEROSTACK_ADMIN_TOKEN: token,
    AEROSTACK_PUBLIC_URL: "https://mcp.example.com",
    AEROSTACK_UPSTREAM_PORTS: "443,8443",
  });
  const cookie = await app.signIn("viewer");

  const { html } = await see(app, "/settings", cookie);

  for (
    const text of ["https://mcp.example.com", "443, 8443", "The store answers", "acts as an owner"]
  ) {
    assert.ok(html.includes(text), text);
  }
  assert.ok(!html.includes(token));
});
