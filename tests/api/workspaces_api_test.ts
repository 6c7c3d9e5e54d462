import assert from "node:assert/strict";
import { hashToken } from "../../core/tokens/token_text.ts";
import { adminApi } from "../_support/admin_api.ts";
import { someServer, someWorkspace } from "../_support/core.ts";

Deno.test("POST /workspaces creates a workspace and shows it as every other request does", async () => {
  await using api = await adminApi();

  const created = await api.send("POST", "/workspaces", { slug: "engineering" });

  assert.equal(created.status, 201);
  assert.equal(created.body.name, "engineering");
  assert.equal(created.body.url, "https://gateway.example.com/ws/engineering/sse");
  const shown = await api.send("GET", "/workspaces/engineering");
  const listed = await api.send("GET", "/workspaces");
  assert.deepEqual(shown.body, created.body);
  assert.deepEqual(listed.body, { items: [created.body], nextCursor: null });
});

Deno.test("POST /workspaces refuses a taken slug and one that is no slug", async () => {
  await using api = await adminApi();
  await api.send("POST", "/workspaces", { slug: "engineering" });

  const taken = await api.send("POST", "/workspaces", { slug: "engineering" });
  const wrong = await api.send("POST", "/workspaces", { slug: "../etc" });

  assert.deepEqual([taken.status, taken.body.error.code], [409, "slug_taken"]);
  assert.match(taken.body.error.message, /"engineering"/);
  assert.deepEqual([wrong.status, wrong.body.error.field], [400, "slug"]);
});

Deno.test("every request for a workspace that is not there answers 404 and names it", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  const requests: [string, string, unknown?][] = [
    ["GET", "/workspaces/nope"],
    ["DELETE", "/workspaces/nope"],
    ["PUT", "/workspaces/nope/servers/internal-api"],
    ["DELETE", "/workspaces/nope/servers/internal-api"],
    ["GET", "/workspaces/nope/tokens"],
    ["POST", "/workspaces/nope/tokens", { name: "Alice" }],
    ["DELETE", "/workspaces/nope/tokens/mwt_alice"],
    ["GET", "/workspaces/nope/analytics"],
    ["GET", "/workspaces/nope/calls"],
  ];

  for (const [method, path, json] of requests) {
    const { status, body } = await api.send(method, path, json);
    assert.equal(status, 404, `${method} ${path}`);
    assert.match(body.error.message, /no workspace "nope"; list the workspaces/);
  }
});

Deno.test("PUT a server into a workspace answers 201 and then 200; DELETE 204 and then 404", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  await someWorkspace(api.core);
  const path = "/workspaces/engineering/servers/internal-api";

  const answers = [
    await api.send("PUT", path),
    await api.send("PUT", path),
    await api.send("DELETE", path),
    await api.send("DELETE", path),
  ];

  assert.deepEqual(answers.map(({ status }) => status), [201, 200, 204, 404]);
  assert.deepEqual(answers[0].body.servers.map(({ slug }: { slug: string }) => slug), [
    "internal-api",
  ]);
  assert.match(answers[3].body.error.message, /is not installed in workspace "engineering"/);
});

Deno.test("a token is shown once, and listed without its text", async () => {
  await using api = await adminApi();
  await someWorkspace(api.core);
  const input = { name: "Alice Chen", email: "alice@example.com" };

  const created = await api.send("POST", "/workspaces/engineering/tokens", input);
  const listed = await api.send("GET", "/workspaces/engineering/tokens");

  const { token, ...view } = created.body;
  assert.equal(created.status, 201);
  assert.match(token, /^mwt_alice_/);
  assert.deepEqual(listed.body, { items: [view], nextCursor: null });
  assert.ok(!listed.text.includes(token) && !listed.text.includes(hashToken(token)));
});

Deno.test("POST a token refuses a wrong name, e-mail or expiry, with the field", async () => {
  await using api = await adminApi();
  await someWorkspace(api.core);
  const cases: [unknown, string][] = [
    [{}, "name"],
    [{ name: "" }, "name"],
    [{ name: "x".repeat(101) }, "name"],
    [{ name: "Alice", email: "nobody" }, "email"],
    [{ name: "Alice", expiresAt: "tomorrow" }, "expiresAt"],
    [{ name: "Alice", expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt"],
  ];

  for (const [json, field] of cases) {
    const { status, body } = await api.send("POST", "/workspaces/engineering/tokens", json);
    assert.equal(status, 400);
    assert.equal(body.error.field, field);
  }
});

Deno.test("DELETE a token revokes it, also twice, and asks which one when several fit", async () => {
  await using api = await adminApi();
  await someWorkspace(api.core);
  const path = "/workspaces/engineering/tokens";
  const first = await api.send("POST", path, { name: "Alice Chen" });
  const second = await api.send("POST", path, { name: "Alice Brown" });

  const ambiguous = await api.send("DELETE", `${path}/mwt_alice`);
  const revoked = await api.send("DELETE", `${path}/${first.body.id}`);
  const again = await api.send("DELETE", `${path}/${first.body.id}`);
  const missing = await api.send("DELETE", `${path}/mwt_nobody`);

  assert.deepEqual([ambiguous.status, ambiguous.body.error.code], [409, "conflict"]);
  for (const { body } of [first, second]) assert.ok(ambiguous.text.includes(body.id));
  assert.deepEqual([revoked.status, revoked.body.status], [200, "revoked"]);
  assert.deepEqual(again.body, revoked.body);
  assert.equal(missing.status, 404);
  assert.match(missing.body.error.message, /no token "mwt_nobody"/);
});

Deno.test("DELETE a workspace says who still has a token, until it is forced", async () => {
  await using api = await adminApi();
  await someWorkspace(api.core);
  await api.send("POST", "/workspaces/engineering/tokens", { name: "Alice Chen" });

  const refused = await api.send("DELETE", "/workspaces/engineering");
  const forced = await api.send("DELETE", "/workspaces/engineering?force=true");
  const gone = await api.send("GET", "/workspaces/engineering");

  assert.deepEqual([refused.status, refused.body.error.code], [409, "in_use"]);
  assert.match(refused.body.error.message, /1 active token \(Alice Chen\).*--force/);
  assert.deepEqual([forced.status, gone.status], [204, 404]);
});

Deno.test("analytics and calls read the record, and refuse a wrong period", async () => {
  await using api = await adminApi();
  const { id } = await someWorkspace(api.core);
  const created = await api.send("POST", "/workspaces/engineering/tokens", { name: "Alice" });
  const call = {
    at: api.core.now().toISOString(),
    tokenId: created.body.id,
    person: "Alice",
    email: null,
    serverId: null,
    server: "internal-api",
    method: "tools/call" as const,
    tool: "search",
    era: "modern" as const,
    outcome: "ok" as const,
    reason: null,
    durationMs: 4,
    bytesIn: 10,
    bytesOut: 20,
  };
  await api.services.callLog.record({ id, retentionDays: 90 }, call);

  const report = await api.send("GET", "/workspaces/engineering/analytics?period=24h");
  const filtered = await api.send(
    "GET",
    "/workspaces/engineering/analytics?server=internal-api",
  );
  const calls = await api.send("GET", "/workspaces/engineering/calls");
  const wrong = await api.send("GET", "/workspaces/engineering/analytics?period=soon");

  assert.equal(report.body.workspace, "engineering");
  assert.deepEqual([report.body.from, report.body.to], [
    "2026-11-21T09:00:00.000Z",
    "2026-11-22T09:30:00.001Z",
  ]);
  assert.equal(report.body.items[0].calls, 1);
  assert.deepEqual(filtered.body.items, report.body.items);
  const [{ id: callId, ...listed }] = calls.body.items;
  assert.match(callId, /^[0-9a-f]{20}-0$/);
  assert.deepEqual(listed, call);
  assert.equal(calls.body.nextCursor, null);
  assert.deepEqual([wrong.status, wrong.body.error.field], [400, "period"]);
});

Deno.test("admin tokens are listed without their text, and removed once", async () => {
  await using api = await adminApi();
  const created = await api.send("POST", "/admin-tokens", { name: "deploy script" });
  const { token, ...view } = created.body;

  const listed = await api.send("GET", "/admin-tokens");
  const removed = await api.send("DELETE", `/admin-tokens/${view.id}`);
  const again = await api.send("DELETE", `/admin-tokens/${view.id}`);
  const wrong = await api.send("POST", "/admin-tokens", {});

  assert.deepEqual(listed.body, { items: [view], nextCursor: null });
  assert.ok(!listed.text.includes(token));
  assert.deepEqual([removed.status, again.status], [204, 404]);
  assert.deepEqual([wrong.status, wrong.body.error.field], [400, "name"]);
});

Deno.test("a workspace is disabled and enabled, and keeps what it has", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  await someWorkspace(api.core);
  await api.send("PUT", "/workspaces/engineering/servers/internal-api");
  const before = await api.send("GET", "/workspaces/engineering");

  const disabled = await api.send("POST", "/workspaces/engineering/disable");
  await api.send("POST", "/servers/internal-api/disable");
  const shown = await api.send("GET", "/workspaces/engineering");
  await api.send("POST", "/servers/internal-api/enable");
  const enabled = await api.send("POST", "/workspaces/engineering/enable");

  assert.equal(typeof disabled.body.disabledAt, "string");
  assert.equal(shown.body.servers[0].isDisabled, true);
  assert.deepEqual(enabled.body, before.body);
});
