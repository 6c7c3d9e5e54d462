import assert from "node:assert/strict";
import { setMemberSecret } from "../../core/members/set_member_secret.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { hashToken } from "../../core/tokens/token_text.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { type ServerWorld, startServerWorld, textOf } from "./_server_world.ts";

const PATH = "/servers/db/secrets";
const VALUE = "sk-live-8f2c1a9d7e";
const OTHER = "sk-live-other-value";

const NEW: Record<string, string> = {
  intent: "set",
  name: "API_KEY",
  mode: "shared",
  value: VALUE,
};

async function secretsOf({ app: { services } }: ServerWorld) {
  const server = await services.servers.findBySlug("db");
  assert.ok(server !== null);
  return await services.secrets.list(server.id);
}

async function setFirst(world: ServerWorld, more: Record<string, unknown> = {}): Promise<void> {
  const input = { value: VALUE, ...more };
  await setSecret(world.app.services, AN_ADMIN, "db", "API_KEY", input);
}

Deno.test("a secret is stored with its rules, sent by the next call, and its value shown nowhere", async () => {
  await using world = await startServerWorld();
  const seen: string[] = [];
  world.upstream.instead = (_method, _id, headers) => {
    seen.push(headers.get("authorization") ?? "none");
    return null;
  };

  const stored = await world.send(PATH, {
    ...NEW,
    "rules.0.kind": "header",
    "rules.0.name": "Authorization",
    "rules.0.template": "Bearer {{value}}",
    "rules.1.kind": "query",
    "rules.1.name": "api_key",
    "rules.1.template": "",
  });
  const html = await world.read(PATH);
  await world.toolsOf("team");

  assert.equal(stored.to, PATH);
  assert.match(stored.notice, /API_KEY is stored/);
  const text = textOf(html);
  assert.match(text, /API_KEY shared version 1, set just now by admin/);
  assert.match(text, /header Authorization: Bearer •{8} query \?api_key=•{8}/);
  assert.match(text, /POST \/mcp\?api_key=•{8} Host: .* Authorization: Bearer •{8}/);
  assert.doesNotMatch(html, /sk-live/);
  assert.ok(seen.includes(`Bearer ${VALUE}`));
});

Deno.test("each mistake stands at its field, with all that was typed but the value", async () => {
  await using world = await startServerWorld();
  await setFirst(world);
  const rule = (name: string, template = "") => ({
    "rules.0.kind": "header",
    "rules.0.name": name,
    "rules.0.template": template,
  });
  const wrong: [Record<string, string>, string, RegExp][] = [
    [{ name: "with space" }, "name", /must have 1 to 64 characters/],
    [{ name: "API_KEY" }, "name", /There is a secret API_KEY already/],
    [{ name: "TOKEN", value: "" }, "value", /Fill this in\./],
    [{ name: "TOKEN", value: "short" }, "value", /less than 8 characters/],
    [{ name: "TOKEN", mode: "own" }, "value", /Each member sets their own value; leave this empty/],
    [{ name: "TOKEN", ...rule("X Key") }, "rules_0_name", /not a legal header name/],
    [{ name: "TOKEN", ...rule("Cookie") }, "rules_0_name", /belongs to the protocol/],
    [{ name: "TOKEN", ...rule("api_KEY") }, "rules_0_name", /is injected as .* already/],
    [{ name: "TOKEN", ...rule("X-Key", "Bearer") }, "rules_0_template", /{{value}} not/],
    [{ name: "TOKEN", ...rule("", "Bearer {{value}}") }, "rules_0_name", /Say which header/],
  ];

  for (const [fields, field, sentence] of wrong) {
    const { status, html } = await world.send(PATH, { ...NEW, "rules.4.kind": "query", ...fields });
    const what = JSON.stringify(fields);
    assert.ok(status >= 400 && status < 500, what);
    const problem = new RegExp(`id="set-${field}-problem">([^<]*)<`).exec(html)?.[1] ?? "";
    assert.match(textOf(problem), sentence, what);
    assert.match(html, new RegExp(`id="set-${field}"[^>]*aria-invalid="true"`), what);
    assert.match(html, new RegExp(`name="name"[^>]* value="${fields.name}"`), what);
    assert.doesNotMatch(html, /sk-live/, what);
  }
  assert.equal((await secretsOf(world)).length, 1);
});

Deno.test("a mistake in the last row opens it, and a value that came there is not shown again", async () => {
  await using world = await startServerWorld();

  const { status, html } = await world.send(PATH, {
    ...NEW,
    "rules.3.kind": "header",
    "rules.3.name": "X-Key",
    "rules.3.template": `Bearer ${VALUE}`,
  });

  assert.equal(status, 400);
  assert.match(html, /id="set-rules_3_template-problem"/);
  assert.match(html, /<details open><summary>More places/);
  assert.doesNotMatch(html, /sk-live/);
});

Deno.test("without scripts, what the server will get is shown before anything is stored", async () => {
  await using world = await startServerWorld();
  const rule = { "rules.0.kind": "header", "rules.0.name": "X-Key" };

  const { status, html } = await world.send(PATH, {
    ...NEW,
    ...rule,
    "rules.0.template": "Key {{value}}",
    preview: "on",
  });
  const wrong = await world.send(PATH, {
    ...NEW,
    ...rule,
    "rules.0.template": "Key",
    preview: "on",
  });

  assert.equal(status, 200);
  assert.match(textOf(html), /What the server will get POST \/mcp Host: .* X-Key: Key •{8}/);
  assert.match(html, /name="rules\.0\.name"[^>]*value="X-Key"/);
  assert.doesNotMatch(html, /sk-live/);
  assert.match(wrong.html, /id="set-rules_0_template-problem"/);
  assert.equal((await secretsOf(world)).length, 0);
});

Deno.test("a short value is stored once that is confirmed, and marked", async () => {
  await using world = await startServerWorld();

  const { to } = await world.send(PATH, { ...NEW, value: "short", allowShort: "on" });
  const text = textOf(await world.read(PATH));

  assert.equal(to, PATH);
  assert.match(text, /too short to be looked for/);
});

Deno.test("a value is replaced, by name and with its rules", async () => {
  await using world = await startServerWorld();
  await setFirst(world, { rules: [{ kind: "query", name: "key" }] });
  const fields = { intent: "replace", of: "API_KEY", mode: "shared" };

  const empty = await world.send(PATH, { ...fields, value: "" });
  const done = await world.send(PATH, { ...fields, value: OTHER });
  const gone = await world.send(PATH, { ...fields, of: "NOPE", value: OTHER });

  assert.equal(empty.status, 400);
  assert.match(empty.html, /id="replace-API_KEY-value-problem">Fill this in/);
  assert.match(done.notice, /API_KEY has its new value \(version 2\)/);
  assert.equal(gone.status, 404);
  assert.match(textOf(gone.html), /has no secret "NOPE"/);
  const [secret] = await secretsOf(world);
  assert.equal(secret.version, 2);
  assert.deepEqual(secret.rules, [{ kind: "query", name: "key" }]);
});

Deno.test("members' own values are counted, and are given up on purpose only", async () => {
  await using world = await startServerWorld();
  const { services } = world.app;
  const declared = await world.send(PATH, { ...NEW, mode: "own", value: "" });
  const { token: text } = await createToken(services, AN_ADMIN, "team", { name: "Bob Lee" });
  const token = await services.tokens.findByHash(hashToken(text));
  assert.ok(token !== null);
  const ref = { token, via: "api", server: "db", name: "API_KEY" } as const;
  await setMemberSecret(services, ref, { value: OTHER });
  const before = textOf(await world.read(PATH));
  const fields = { intent: "replace", of: "API_KEY", mode: "shared", value: VALUE };

  const refused = await world.send(PATH, fields);
  const done = await world.send(PATH, { ...fields, forget: "on" });

  assert.equal(declared.to, PATH);
  assert.match(before, /API_KEY each member's own: 1 member has set theirs/);
  assert.equal(refused.status, 409);
  assert.match(textOf(refused.html), /One member has set a value of their own\. Check/);
  assert.equal(done.to, PATH);
  const [secret] = await secretsOf(world);
  assert.equal(secret.perMember, false);
  assert.equal(await services.memberSecrets.count(secret.serverId, secret.id), 0);
});

Deno.test("rules are changed, and the notice brings the former ones back", async () => {
  await using world = await startServerWorld();
  const former = [
    { kind: "header", name: "Authorization", template: "Bearer {{value}}" },
    { kind: "query", name: "key" },
  ];
  await setFirst(world, { rules: former });
  const fields = { intent: "rules", of: "API_KEY" };

  const changed = await world.send(PATH, {
    ...fields,
    "rules.0.kind": "header",
    "rules.0.name": "X-Key",
    "rules.0.template": "",
    "rules.1.kind": "query",
    "rules.1.name": "",
    "rules.1.template": "",
  });
  const [between] = await secretsOf(world);
  const notice = JSON.parse(/aerostack-notice=(\{.*?\}); Path/.exec(changed.notice)?.[1] ?? "{}");
  const undone = await world.send(notice.undo.path, notice.undo.fields);
  const [after] = await secretsOf(world);
  const none = await world.send(PATH, { ...fields, "rules.0.kind": "header", "rules.0.name": "" });

  assert.deepEqual(between.rules, [{ kind: "header", name: "X-Key" }]);
  assert.equal(between.version, 1);
  assert.equal(undone.to, PATH);
  assert.deepEqual(after.rules, former);
  assert.equal(none.status, 400);
  assert.match(none.html, /id="rules-API_KEY-rules_0_name-problem">API_KEY would not be sent/);
});

Deno.test("a secret is removed by typing its name, which says what goes without it", async () => {
  await using world = await startServerWorld();
  await setFirst(world);
  const fields = { intent: "remove", of: "API_KEY" };
  const text = textOf(await world.read(PATH));

  const wrong = await world.send(PATH, { ...fields, confirm: "api_key" });
  const done = await world.send(PATH, { ...fields, confirm: "API_KEY" });

  assert.match(text, /Calls from ops, team go on without the header API_KEY/);
  assert.equal(wrong.status, 400);
  assert.match(wrong.html, /id="remove-API_KEY-confirm-problem">Type exactly API_KEY/);
  assert.match(done.notice, /API_KEY is removed/);
  assert.deepEqual(await secretsOf(world), []);
  assert.match(await world.read(PATH), /Nothing is sent but the call itself/);
});

Deno.test("a viewer sees which secrets there are, and changes none", async () => {
  await using world = await startServerWorld();
  await setFirst(world);
  const viewer = await world.app.signIn("viewer");

  const html = await world.read(PATH, viewer);
  const refused = await Promise.all([
    world.send(PATH, { ...NEW, name: "OTHER" }, viewer),
    world.send(PATH, { intent: "remove", of: "API_KEY", confirm: "API_KEY" }, viewer),
  ]);

  assert.match(textOf(html), /API_KEY shared version 1/);
  assert.doesNotMatch(html, /name="(intent|value|confirm)"/);
  assert.deepEqual(refused.map(({ status }) => status), [403, 403]);
  assert.equal((await secretsOf(world)).length, 1);
});
