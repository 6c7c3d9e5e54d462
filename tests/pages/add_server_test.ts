import assert from "node:assert/strict";
import { registerServer } from "../../core/servers/register_server.ts";
import { MAX_TRIALS_PER_MINUTE } from "../../core/upstream/server_trials.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { MISBEHAVIOURS, startHostile } from "../_support/hostile_upstreams.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import { noticeAfter, problemAt, see, send, typedIn } from "./_forms.ts";
import { textOf } from "./_server_world.ts";

const PATH = "/add/server";
const KEY = "sk-live-0123456789";

const LOCAL = { AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" };

function fieldsFor(url: string, more: Record<string, string> = {}) {
  return {
    intent: "add",
    name: "Internal API",
    slug: "",
    url,
    protocol: "auto",
    header: "Authorization",
    scheme: "bearer",
    value: "",
    ...more,
  };
}

function startLogin() {
  const found = MISBEHAVIOURS.find(({ name }) => name === "asks for a login");
  assert.ok(found !== undefined);
  return startHostile(found);
}

async function tryAs(app: RunningApp, cookie: string, body: unknown) {
  const headers = { cookie, origin: app.origin, "content-type": "application/json" };
  const response = await app.ask(`${PATH}/test`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  const isJson = response.headers.get("content-type")?.includes("json");
  return { status: response.status, body: isJson ? await response.json() : await response.text() };
}

Deno.test("a server is added with a slug made from its name, and its tools are next", async () => {
  await using app = await startApp(LOCAL);
  await using upstream = startModern();
  const cookie = await app.signIn("admin");

  const answer = await send(app, PATH, cookie, fieldsFor(upstream.url));

  assert.deepEqual([answer.status, answer.location], [303, "/servers/internal-api"]);
  const server = await app.services.servers.findBySlug("internal-api");
  assert.deepEqual([server?.name, server?.externalUrl], ["Internal API", upstream.url]);
  const listed = await noticeAfter(app, { ...answer, location: "/servers" }, cookie);
  assert.match(listed ?? "", /Internal API was added\. It answers and offers \d+ tools\./);
  const list = textOf((await see(app, "/servers", cookie)).html);
  assert.match(list, /Internal API internal-api reachable modern, Streamable HTTP \S+ \d+ 0 none/);
});

Deno.test("a server that wants credentials leads to its secrets", async () => {
  await using app = await startApp(LOCAL);
  await using upstream = startLogin();
  const cookie = await app.signIn("admin");

  const answer = await send(app, PATH, cookie, fieldsFor(upstream.url));

  assert.equal(answer.location, "/servers/internal-api/secrets");
});

Deno.test("a server that does not answer is added all the same, and the notice says why", async () => {
  await using app = await startApp(LOCAL);
  const cookie = await app.signIn("admin");

  const answer = await send(app, PATH, cookie, fieldsFor("http://127.0.0.1:9/mcp"));

  assert.equal(answer.location, "/servers/internal-api");
  const notice = await noticeAfter(app, { ...answer, location: "/servers" }, cookie);
  assert.match(
    notice ?? "",
    /was added, but: Server &quot;internal-api&quot; (refused|closed) the connection/,
  );
});

Deno.test("a key that comes along is sealed, sent as it was said, and never shown", async () => {
  await using app = await startApp(LOCAL);
  await using upstream = startModern();
  const cookie = await app.signIn("admin");

  const answer = await send(app, PATH, cookie, fieldsFor(upstream.url, { value: KEY }));

  const server = await app.services.servers.findBySlug("internal-api");
  assert.ok(server !== null);
  const [secret] = await app.services.secrets.list(server.id);
  assert.deepEqual(secret.rules, [
    { kind: "header", name: "Authorization", template: "Bearer {{value}}" },
  ]);
  const sent = new Set(
    upstream.journal.requests.map(({ headers }) => headers.get("authorization")),
  );
  assert.deepEqual([...sent], [`Bearer ${KEY}`]);
  const { html } = await see(app, "/servers/internal-api/settings", cookie);
  assert.ok(!`${html}${answer.html}${[...answer.headers]}`.includes(KEY));
});

Deno.test("whatever is wrong is said at its field, with what was typed, and nothing is added", async () => {
  await using app = await startApp(LOCAL);
  const cookie = await app.signIn("admin");
  await registerServer(app.services, AN_ADMIN, {
    name: "Notes",
    slug: "notes",
    url: "http://127.0.0.1:9/mcp",
  });
  const good = "http://127.0.0.1:9/mcp";
  const cases: [field: string, more: Record<string, string>, RegExp][] = [
    ["name", { name: " " }, /must have 1 to 100 characters/],
    ["name", { name: "x".repeat(101) }, /must have 1 to 100 characters/],
    ["slug", { slug: "Not A Slug" }, /must be lower-case letters/],
    ["slug", { slug: "notes" }, /exists already/],
    ["slug", { name: "Привет" }, /no letters to make it from/],
    ["url", { url: "" }, /Fill this in/],
    ["url", { url: "mcp.example.com" }, /is not a URL/],
    ["url", { url: "ftp://mcp.example.com/" }, /cannot be called/],
    ["url", { url: "http://user:pass@127.0.0.1/" }, /user name or password/],
    ["protocol", { protocol: "2019" }, /must be auto/],
    ["header", { header: "Host", value: KEY }, /belongs to the protocol/],
    ["header", { header: "no header", value: KEY }, /not a legal header name/],
    ["scheme", { scheme: "magic", value: KEY }, /must be/],
    ["value", { value: "short" }, /fewer than 8 characters/],
    ["value", { value: `${KEY}\n` }, /character that the header|space or a line break/],
  ];

  for (const [field, more, sentence] of cases) {
    const fields = fieldsFor(good, { slug: "internal-api", ...more });
    if (more.name === "Привет") fields.slug = "";
    const answer = await send(app, PATH, cookie, fields);
    const where = `${field}: ${JSON.stringify(more)}`;
    assert.ok(answer.status >= 400 && answer.status < 500, where);
    assert.match(problemAt(answer, field) ?? "", sentence, where);
    const kept = [typedIn(answer, "name"), typedIn(answer, "slug"), typedIn(answer, "url")];
    assert.deepEqual(kept, [fields.name, fields.slug, fields.url], where);
    assert.ok(!answer.html.includes(KEY), where);
  }
  assert.deepEqual((await app.services.servers.listAll()).map(({ slug }) => slug), ["notes"]);
});

Deno.test("without scripts, a button tests and says what was found beside what was typed", async () => {
  await using app = await startApp(LOCAL);
  await using upstream = startModern();
  await using login = startLogin();
  const cookie = await app.signIn("admin");
  const test = (url: string, more: Record<string, string> = {}) => {
    return send(app, `${PATH}?test`, cookie, {
      ...fieldsFor(url),
      name: "",
      slug: "my-api",
      ...more,
    });
  };

  const works = await test(upstream.url);
  const locked = await test(login.url);
  const refused = await test(login.url, { value: KEY });
  const nobody = await test("http://127.0.0.1:9/mcp");
  const wrong = await test("nonsense");

  assert.equal(works.status, 200);
  assert.match(works.html, /data-state="works".*It answers and offers \d+ tools\./s);
  assert.match(works.html, /2026-07-28, modern era.*Streamable HTTP.*modern-fixture 1\.0\.0/s);
  assert.equal(typedIn(works, "slug"), "my-api");
  assert.match(locked.html, /wants credentials.*add it, then set its secret/s);
  assert.match(refused.html, /It refuses this credential/);
  assert.ok(!refused.html.includes(KEY));
  assert.match(nobody.html, /data-state="failed".*Check host and port/s);
  assert.match(problemAt(wrong, "url") ?? "", /is not a URL/);
  assert.equal((await app.services.servers.listAll()).length, 0);
});

Deno.test("the trial answers in JSON what the button says, and refuses what leads inside", async () => {
  await using app = await startApp(LOCAL);
  await using strict = await startApp();
  await using upstream = startModern();
  const cookie = await app.signIn("admin");

  const found = await tryAs(app, cookie, { url: upstream.url });
  const inside = await tryAs(strict, await strict.signIn("admin"), { url: upstream.url });
  const metadata = await tryAs(strict, await strict.signIn("admin"), {
    url: "https://169.254.169.254/latest/meta-data/",
  });
  const nonsense = await tryAs(app, cookie, { url: upstream.url, method: "DELETE" });

  assert.equal(found.body.finding.state, "works");
  assert.deepEqual([inside.status, inside.body.field], [400, "url"]);
  assert.match(metadata.body.problem, /not a public address/);
  assert.equal(nonsense.status, 400);
  const before = upstream.journal.requests.length;
  await tryAs(strict, await strict.signIn("admin"), { url: upstream.url });
  assert.equal(upstream.journal.requests.length, before);
});

Deno.test("trials are counted for each admin", async () => {
  await using app = await startApp();
  const [cookie, other] = [await app.signIn("admin"), await app.signIn("admin")];
  const url = "https://10.0.0.1/mcp";
  const statuses = new Set<number>();
  // A minute may end in the middle, so there are twice as many.
  for (let at = 0; at < MAX_TRIALS_PER_MINUTE * 2 + 1 && !statuses.has(429); at++) {
    statuses.add((await tryAs(app, cookie, { url })).status);
  }

  assert.ok(statuses.has(429));
  assert.equal((await tryAs(app, other, { url })).status, 400);
});

Deno.test("a viewer neither adds nor tries a server, and sees no way to", async () => {
  await using app = await startApp(LOCAL);
  await using upstream = startModern();
  const cookie = await app.signIn("viewer");

  const opened = await see(app, PATH, cookie);
  const added = await send(app, PATH, cookie, fieldsFor(upstream.url));
  const tested = await send(app, `${PATH}?test`, cookie, fieldsFor(upstream.url));
  const tried = await tryAs(app, cookie, { url: upstream.url });
  const list = await see(app, "/servers", cookie);

  assert.deepEqual([opened.status, added.status, tested.status, tried.status], [
    403,
    403,
    403,
    403,
  ]);
  assert.equal(upstream.journal.requests.length, 0);
  assert.ok(!list.html.includes('href="/add/server"'));
});
