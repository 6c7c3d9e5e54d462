import assert from "node:assert/strict";
import { adminApi } from "../_support/admin_api.ts";
import { someServer, someWorkspace } from "../_support/core.ts";

const PATH = "/servers/internal-api/secrets";
const VALUE = "sk-live-1234";

Deno.test("PUT a secret answers 201 and then 200, and never shows the value", async () => {
  await using api = await adminApi();
  await someServer(api.core);

  const first = await api.send("PUT", `${PATH}/X-API-Key`, { value: VALUE });
  const second = await api.send("PUT", `${PATH}/X-API-Key`, { value: `${VALUE}5` });
  const list = await api.send("GET", PATH);
  const server = await api.send("GET", "/servers/internal-api");

  assert.deepEqual([first.status, second.status], [201, 200]);
  assert.deepEqual([first.body.version, second.body.version], [1, 2]);
  assert.deepEqual(list.body, { items: [second.body], nextCursor: null });
  assert.deepEqual(server.body.secrets, ["X-API-Key"]);
  assert.deepEqual(Object.keys(first.body).sort(), [
    "createdAt",
    "injection",
    "keyId",
    "name",
    "updatedAt",
    "version",
    "warnings",
  ]);
  for (const { text } of [first, second, list, server]) assert.ok(!text.includes(VALUE));
});

Deno.test("PUT a secret warns of a header name that nginx drops", async () => {
  await using api = await adminApi();
  await someServer(api.core);

  const { body } = await api.send("PUT", `${PATH}/API_KEY`, { value: VALUE });

  assert.deepEqual(body.injection, { kind: "header", name: "API_KEY" });
  assert.match(body.warnings[0], /underscores_in_headers/);
});

Deno.test("PUT a secret refuses what cannot be injected, with the field", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  const header = (name: string) => ({ kind: "header", name });
  const cases: [string, unknown, string][] = [
    ["Host", { value: VALUE }, "name"],
    ["Mcp-Session-Id", { value: VALUE }, "name"],
    ["KEY", { value: VALUE, injection: header("Content-Length") }, "injection.name"],
    ["KEY", { value: VALUE, injection: header("no token") }, "injection.name"],
    ["KEY", { value: VALUE, injection: header("") }, "injection.name"],
    ["KEY", { value: VALUE, injection: { kind: "query", name: "" } }, "injection.name"],
    ["KEY", { value: VALUE, injection: { kind: "body", name: "x" } }, "injection.kind"],
    ["KEY", { value: VALUE, injection: { kind: "header" } }, "injection.name"],
    ["KEY", { value: "a\nb" }, "value"],
    ["KEY", { value: "" }, "value"],
    ["KEY", { value: "x".repeat(8193) }, "value"],
    ["KEY", {}, "value"],
    ["KEY%20", { value: VALUE }, "name"],
    ["x".repeat(65), { value: VALUE }, "name"],
  ];

  for (const [name, json, field] of cases) {
    const { status, body } = await api.send("PUT", `${PATH}/${name}`, json);
    assert.equal(status, 400, JSON.stringify(body));
    assert.equal(body.error.field, field, body.error.message);
  }
  assert.deepEqual((await api.send("GET", PATH)).body.items, []);
});

Deno.test("two secrets of a server cannot share a header or query parameter", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  await api.send("PUT", `${PATH}/FIRST`, {
    value: VALUE,
    injection: { kind: "header", name: "X-API-Key" },
  });

  const put = await api.send("PUT", `${PATH}/x-api-key`, { value: VALUE });
  await api.send("PUT", `${PATH}/SECOND`, { value: VALUE });
  const injection = { kind: "header", name: "x-API-key" };
  const patch = await api.send("PATCH", `${PATH}/SECOND`, { injection });

  for (const { status, body } of [put, patch]) {
    assert.equal(status, 409);
    assert.equal(body.error.code, "conflict");
    assert.match(body.error.message, /The secret "FIRST"/);
  }
});

Deno.test("PATCH changes the rule of a secret, and refuses one that is not there", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  await api.send("PUT", `${PATH}/KEY`, { value: VALUE });
  const injection = { kind: "query", name: "api_key" };

  const changed = await api.send("PATCH", `${PATH}/KEY`, { injection });
  const missing = await api.send("PATCH", `${PATH}/NONE`, { injection });

  assert.deepEqual([changed.status, changed.body.injection], [200, injection]);
  assert.equal(missing.status, 404);
  assert.match(missing.body.error.message, /"internal-api" has no secret "NONE"; list its secrets/);
});

Deno.test("DELETE a secret asks for force while the server is installed", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  await someWorkspace(api.core);
  await api.send("PUT", "/workspaces/engineering/servers/internal-api");
  await api.send("PUT", `${PATH}/KEY`, { value: VALUE });

  const refused = await api.send("DELETE", `${PATH}/KEY`);
  const forced = await api.send("DELETE", `${PATH}/KEY?force=true`);
  const again = await api.send("DELETE", `${PATH}/KEY`);

  assert.deepEqual([refused.status, refused.body.error.code], [409, "in_use"]);
  assert.match(refused.body.error.message, /"engineering".*--force/);
  assert.deepEqual([forced.status, again.status], [204, 404]);
});
