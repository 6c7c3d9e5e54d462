import assert from "node:assert/strict";
import type { Event } from "../../core/events/event.ts";
import { disableServer } from "../../core/servers/disable_server.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { noticeAfter, problemAt, see, send, typedIn } from "./_forms.ts";
import { type ServerWorld, startServerWorld, textOf } from "./_server_world.ts";

const PATH = "/servers/db/settings";

/** The settings of a new server, as the form sends them. */
function fieldsFor({ upstream }: ServerWorld, more: Record<string, string> = {}) {
  return {
    intent: "save",
    name: "Database",
    url: upstream.url,
    protocol: "auto",
    "timeouts.connectSeconds": "10",
    "timeouts.firstByteSeconds": "",
    "timeouts.idleSeconds": "",
    "timeouts.totalSeconds": "300",
    maxConcurrent: "100",
    forwardHeaders: "",
    onLeak: "redact",
    ...more,
  };
}

/** The fields of the undo that a notice offers. */
function undoIn(headers: Headers): { path: string; fields: Record<string, string> } {
  const text = headers.getSetCookie().find((one) => one.includes("aerostack-notice=")) ?? "";
  return JSON.parse(decodeURIComponent(text.split(";")[0].replace(/^[^=]+=/, ""))).undo;
}

async function serverOf({ app: { services } }: ServerWorld) {
  const server = await services.servers.findBySlug("db");
  assert.ok(server !== null);
  return server;
}

Deno.test("the settings are saved, and undone as a whole", async () => {
  await using world = await startServerWorld();
  const before = await serverOf(world);

  const saved = await send(
    world.app,
    PATH,
    world.cookie,
    fieldsFor(world, {
      name: "Warehouse",
      protocol: "2025-11-25",
      "timeouts.firstByteSeconds": "20",
      maxConcurrent: "7",
      forwardHeaders: "X-Request-Id\naccept-language",
      onLeak: "block",
    }),
  );
  const after = await serverOf(world);
  const { path, fields } = undoIn(saved.headers);
  await send(world.app, path, world.cookie, fields);
  const undone = await serverOf(world);

  assert.deepEqual([saved.status, saved.location], [303, PATH]);
  const { name, protocol, maxConcurrent, forwardHeaders, onLeak } = after;
  assert.deepEqual([name, protocol, maxConcurrent, onLeak], [
    "Warehouse",
    "2025-11-25",
    7,
    "block",
  ]);
  assert.deepEqual(forwardHeaders, ["accept-language", "x-request-id"]);
  assert.equal(after.timeouts.firstByteSeconds, 20);
  assert.deepEqual({ ...undone, updatedAt: "" }, { ...before, updatedAt: "" });
});

Deno.test("what was saved as it was changes nothing, and says so", async () => {
  await using world = await startServerWorld();

  const answer = await send(world.app, PATH, world.cookie, fieldsFor(world));

  assert.equal(await noticeAfter(world.app, answer, world.cookie), "Nothing changed.");
});

Deno.test("whatever is wrong with the settings is said at its field, with what was typed", async () => {
  await using world = await startServerWorld();
  const { app, cookie } = world;
  await setSecret(app.services, AN_ADMIN, "db", "X-Api-Key", { value: "0123456789" });
  const before = await serverOf(world);
  const cases: [field: string, value: string, RegExp][] = [
    ["name", "", /Fill this in/],
    ["url", "nonsense", /is not a URL/],
    ["url", "http://user:secret@127.0.0.1/", /user name or password/],
    ["protocol", "2019", /must be auto/],
    ["timeouts.connectSeconds", "0", /must be 1 to 3600 seconds/],
    ["timeouts.connectSeconds", "", /Fill this in/],
    ["timeouts.totalSeconds", "9999", /must be 1 to 3600 seconds/],
    ["timeouts.firstByteSeconds", "soon", /not valid/],
    ["timeouts.idleSeconds", "1.5", /must be 1 to 3600 seconds/],
    ["maxConcurrent", "0", /must be 1 to 10000 calls/],
    ["forwardHeaders", "Authorization", /never forwarded/],
    ["forwardHeaders", "x-api-key", /secret .* is injected/],
    ["forwardHeaders", Array.from({ length: 21 }, (_, at) => `x-${at}`).join("\n"), /at most 20/],
    ["onLeak", "ignore", /redact/],
  ];

  for (const [field, value, sentence] of cases) {
    const answer = await send(app, PATH, cookie, fieldsFor(world, { [field]: value }));
    const where = `${field}: ${value}`;
    assert.ok(answer.status >= 400 && answer.status < 500, where);
    assert.match(problemAt(answer, field) ?? "", sentence, where);
    if (!["protocol", "onLeak"].includes(field)) assert.equal(typedIn(answer, field), value, where);
  }
  assert.deepEqual(await serverOf(world), before);
});

Deno.test("a test says what holds now, and nothing is sent while it is disabled", async () => {
  await using world = await startServerWorld();
  const { app, cookie } = world;

  const found = await send(app, PATH, cookie, { intent: "test" });
  await disableServer(app.services, AN_ADMIN, "db", "admin");
  const refused = await send(app, PATH, cookie, { intent: "test" });
  const page = await see(app, PATH, cookie);

  assert.match(textOf(found.html), /works It answers and offers \d+ tools?\./);
  assert.match(found.html, /<button[^>]*>Test again/);
  assert.equal(refused.status, 409);
  assert.match(textOf(page.html), /nothing is sent to it: enable it to test it/);
});

Deno.test("a server is disabled and enabled again by the undo", async () => {
  await using world = await startServerWorld();
  const { app, cookie } = world;

  const off = await send(app, PATH, cookie, { intent: "disable" });
  const disabled = await serverOf(world);
  const page = await see(app, PATH, cookie);
  const undo = undoIn(off.headers);
  await send(app, undo.path, cookie, undo.fields);

  assert.equal(disabled.disabled?.reason, "admin");
  assert.match(textOf(page.html), /Disabled by admin just now : nobody can call it/);
  assert.equal((await serverOf(world)).disabled, null);
});

Deno.test("a blocked server says what it sent back, and how to go on", async () => {
  await using world = await startServerWorld();
  const { app, cookie } = world;
  const { events, servers } = app.services;
  const { id } = await serverOf(world);
  const at = new Date().toISOString();
  const leak: Event = {
    ...{ kind: "leak", at, serverId: id, server: "db", secret: "API_KEY", form: "base64" },
    ...{ place: "body", method: "tools/call", tool: "dump", times: 3 },
  };
  await events.add([leak]);
  const gateway = { kind: "gateway", id: null, name: "gateway", via: "gateway" } as const;
  await servers.block(gateway, id, { at, reason: "leak", by: "gateway" }, () => {});

  const { html } = await see(app, PATH, cookie);
  await send(app, PATH, cookie, { intent: "enable" });

  const text = textOf(html);
  assert.match(text, /Blocked just now : it sent back a secret/);
  assert.match(text, /API_KEY in base64, in the body dump 3/);
  assert.match(html, /href="\/servers\/db\/secrets"/);
  assert.match(html, />Unblock this server</);
  assert.equal((await serverOf(world)).disabled, null);
});

Deno.test("a server that is not called says why, and when it is tried again", async () => {
  await using world = await startServerWorld();
  const server = await serverOf(world);
  const at = new Date().toISOString();
  const breaker = { failures: 7, since: at, nextTryAt: at, lastError: "It hung up" };
  await world.app.services.health.setBreaker(server, breaker);

  const text = textOf((await see(world.app, PATH, world.cookie)).html);

  assert.match(text, /Not answering : It hung up\. It failed 7 times in a row/);
  assert.match(text, /Last error It hung up Failed in a row 7 times/);
});

Deno.test("a server is removed by its slug, and out of its workspaces only when that is said", async () => {
  await using world = await startServerWorld();
  const { app, cookie } = world;
  const remove = (fields: Record<string, string | string[]>) => {
    return send(app, PATH, cookie, { intent: "remove", ...fields });
  };

  const wrong = await remove({ confirm: "database", force: ["", "on"] });
  const used = await remove({ confirm: "db", force: "" });
  assert.ok(await app.services.servers.findBySlug("db") !== null);
  const gone = await remove({ confirm: "db", force: ["", "on"] });

  assert.match(problemAt(wrong, "confirm") ?? "", /Type exactly db/);
  assert.equal(typedIn(wrong, "confirm"), "database");
  assert.match(wrong.html, /<input[^>]*name="force"[^>]*checked/);
  assert.match(problemAt(used, "force") ?? "", /installed in 2 workspaces/);
  assert.match(used.html, /href="\/workspaces\/ops".*href="\/workspaces\/team"/s);
  assert.deepEqual([gone.status, gone.location], [303, "/servers"]);
  assert.equal(await app.services.servers.findBySlug("db"), null);
});

Deno.test("a viewer sees the settings of a server, and changes none", async () => {
  await using world = await startServerWorld();
  const { app } = world;
  const viewer = await app.signIn("viewer");

  const { html } = await see(app, PATH, viewer);
  for (const intent of ["save", "test", "disable", "enable", "remove"]) {
    const fields = { ...fieldsFor(world, { name: "Mine" }), intent, confirm: "db" };
    assert.equal((await send(app, PATH, viewer, fields)).status, 403, intent);
  }

  assert.match(textOf(html), /A whole call 300 s/);
  const forms = [...html.matchAll(/<form[^>]*method="post"[^>]*action="([^"]*)"/g)];
  assert.ok(forms.every(([, action]) => !action.startsWith("/servers")), String(forms));
  assert.ok(!html.includes('name="intent"'));
  assert.equal((await serverOf(world)).name, "Database");
});

Deno.test("there are no settings of a server that is not there", async () => {
  await using app = await startApp();
  const cookie = await app.signIn("admin");

  assert.equal((await see(app, "/servers/nothing/settings", cookie)).status, 404);
  const sent = await send(app, "/servers/nothing/settings", cookie, { intent: "disable" });
  assert.equal(sent.status, 404);
});
