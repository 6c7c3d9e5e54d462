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
  assert.deepEqual(server.body.secrets, [second.body]);
  assert.deepEqual(Object.keys(first.body).sort(), [
    "createdAt",
    "isScanned",
    "isSet",
    "keyId",
    "membersSet",
    "name",
    "perMember",
    "rules",
    "setAt",
    "setBy",
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

  assert.deepEqual(body.rules, [{ kind: "header", name: "API_KEY" }]);
  assert.match(body.warnings[0], /underscores_in_headers/);
});

Deno.test("PUT a secret refuses what cannot be injected, with the field", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  const header = (name: string) => ({ kind: "header", name });
  const cases: [string, unknown, string][] = [
    ["Host", { value: VALUE }, "name"],
    ["Mcp-Session-Id", { value: VALUE }, "name"],
    ["KEY", { value: VALUE, rules: [header("Content-Length")] }, "rules.0"],
    ["KEY", { value: VALUE, rules: [header("no token")] }, "rules.0"],
    ["KEY", { value: VALUE, rules: [header("")] }, "rules.0"],
    ["KEY", { value: VALUE, rules: [{ kind: "query", name: "" }] }, "rules.0"],
    ["KEY", { value: VALUE, rules: [{ kind: "body", name: "x" }] }, "rules.0.kind"],
    ["KEY", { value: VALUE, rules: [{ kind: "header" }] }, "rules.0.name"],
    ["KEY", { value: VALUE, rules: [] }, "rules"],
    ["KEY", { value: VALUE, rules: Array(6).fill(header("X-Key")) }, "rules"],
    ["KEY", { value: VALUE, rules: [{ ...header("X-Key"), template: "{{token}}" }] }, "rules.0"],
    [
      "KEY",
      { value: VALUE, rules: [{ ...header("X-Key"), template: "x".repeat(1001) }] },
      "rules.0.template",
    ],
    ["KEY", { value: "a\nb-and-more" }, "value"],
    ["KEY", { value: "1234567" }, "value"],
    ["KEY", { value: "1234567", allowShort: false }, "value"],
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

Deno.test("PUT a secret takes a value of less than 8 characters only when it says so, and warns", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  const short = "s3cr3t!";

  const refused = await api.send("PUT", `${PATH}/KEY`, { value: short });
  const stored = await api.send("PUT", `${PATH}/KEY`, { value: short, allowShort: true });
  const longer = await api.send("PUT", `${PATH}/KEY`, { value: `${short}!` });

  assert.equal(refused.status, 400);
  assert.match(refused.body.error.message, /at least 8 characters.*cannot be looked for.*--short/);
  assert.ok(!refused.text.includes(short));
  assert.deepEqual([stored.status, stored.body.isScanned], [201, false]);
  assert.match(stored.body.warnings[0], /"KEY" is too short to be looked for/);
  assert.deepEqual([longer.body.isScanned, longer.body.warnings], [true, []]);
});

Deno.test("two secrets of a server cannot share a header or query parameter", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  await api.send("PUT", `${PATH}/FIRST`, {
    value: VALUE,
    rules: [{ kind: "header", name: "X-API-Key" }],
  });

  const put = await api.send("PUT", `${PATH}/x-api-key`, { value: VALUE });
  await api.send("PUT", `${PATH}/SECOND`, { value: VALUE });
  const rules = [{ kind: "header", name: "x-API-key" }];
  const patch = await api.send("PATCH", `${PATH}/SECOND`, { rules });

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
  const rules = [{ kind: "query", name: "api_key" }];

  const changed = await api.send("PATCH", `${PATH}/KEY`, { rules });
  const missing = await api.send("PATCH", `${PATH}/NONE`, { rules });

  assert.deepEqual([changed.status, changed.body.rules], [200, rules]);
  assert.equal(missing.status, 404);
  assert.match(missing.body.error.message, /"internal-api" has no secret "NONE"; list its secrets/);
});

Deno.test("PATCH takes one change of rules at a time, and names what it wants", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  await api.send("PUT", `${PATH}/KEY`, { value: VALUE });
  const query = { kind: "query", name: "api_key" };
  const header = { kind: "header", name: "KEY" };

  const added = await api.send("PATCH", `${PATH}/KEY`, { add: [query] });
  const removed = await api.send("PATCH", `${PATH}/KEY`, { remove: [header] });
  assert.deepEqual([added.body.rules, removed.body.rules], [[header, query], [query]]);

  const cases: [unknown, string][] = [
    [{}, "rules"],
    [{ rules: [query], add: [header] }, "rules"],
    [{ add: [{ kind: "header", name: "Host" }] }, "add.0"],
    [{ remove: [{ ...query, template: "x" }] }, "remove.0.template"],
    [{ remove: [header] }, "remove.0"],
  ];
  for (const [json, field] of cases) {
    const { status, body } = await api.send("PATCH", `${PATH}/KEY`, json);
    assert.deepEqual([status, body.error.field], [400, field], body.error.message);
  }
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
