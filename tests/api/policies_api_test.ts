import assert from "node:assert/strict";
import { factsOf } from "../../core/definitions/definition_hash.ts";
import { adminApi } from "../_support/admin_api.ts";
import { someServer, someWorkspace } from "../_support/core.ts";

const INSTALL = "/workspaces/engineering/servers/internal-api";
const POLICY = { allow: ["list_*"], deny: ["*_secret"], readOnly: true };

async function installed() {
  const api = await adminApi();
  const server = await someServer(api.core);
  await someWorkspace(api.core);
  return { ...api, server };
}

Deno.test("PUT an install takes a policy, keeps what it does not name, and takes it back", async () => {
  await using api = await installed();
  const rules = async (body?: unknown) => {
    const { status, body: { servers: [{ policy, onChange }] } } = await api.send(
      "PUT",
      INSTALL,
      body,
    );
    return { status, policy, onChange };
  };

  const answers = [
    await rules({ policy: POLICY }),
    await rules({ onChange: "hold" }),
    await rules(),
    await rules({ policy: { readOnly: true } }),
    await rules({ policy: null, onChange: "warn" }),
  ];

  const readOnly = { allow: [], deny: [], readOnly: true };
  assert.deepEqual(answers, [
    { status: 201, policy: POLICY, onChange: "warn" },
    { status: 200, policy: POLICY, onChange: "hold" },
    { status: 200, policy: POLICY, onChange: "hold" },
    { status: 200, policy: readOnly, onChange: "hold" },
    { status: 200, policy: null, onChange: "warn" },
  ]);
});

Deno.test("a policy that breaks its rules is refused with the path of what is wrong", async () => {
  await using api = await installed();
  const token = await api.send("POST", "/workspaces/engineering/tokens", { name: "Alice Chen" });
  const rows: [field: string, policy: unknown][] = [
    ["policy.allow.0", { allow: [""] }],
    ["policy.deny.0", { deny: ["a".repeat(201)] }],
    ["policy.deny", { deny: Array(51).fill("a") }],
    ["policy.readonly", { readonly: true }],
    ["policy.readOnly", { readOnly: "yes" }],
  ];

  for (const [field, policy] of rows) {
    const paths: [string, string][] = [
      ["PUT", INSTALL],
      ["PATCH", `/workspaces/engineering/tokens/${token.body.id}`],
    ];
    for (const [method, path] of paths) {
      const { status, body } = await api.send(method, path, { policy });
      assert.deepEqual([status, body.error.field], [400, field], path);
    }
  }
});

Deno.test("a token is created with a policy, changed by its visible start, and listed with it", async () => {
  await using api = await installed();
  const path = "/workspaces/engineering/tokens";
  const created = await api.send("POST", path, { name: "Alice Chen", policy: POLICY });
  const policy = { deny: ["internal-api__*"] };

  const changed = await api.send("PATCH", `${path}/${created.body.visibleStart}`, { policy });
  const listed = await api.send("GET", path);
  const unknown = await api.send("PATCH", `${path}/mwt_nobody`, { policy });

  assert.deepEqual(created.body.policy, POLICY);
  assert.deepEqual(changed.body.policy, { allow: [], deny: ["internal-api__*"], readOnly: false });
  assert.deepEqual(listed.body.items[0].policy, changed.body.policy);
  assert.equal(unknown.status, 404);
});

Deno.test("changed definitions are listed page by page, approved by id, and counted with their server", async () => {
  await using api = await installed();
  const { definitions } = api.services;
  const item = (name: string, description: string) => ({ name, description });
  const names = ["alpha", "beta", "gamma"];
  const path = "/servers/internal-api/changes";
  const list = (description: string) =>
    definitions.compare(api.server, "tools", names.map((name) => item(name, description)), true);
  await list("before");
  await list("after");

  const first = await api.send("GET", `${path}?limit=2`);
  const second = await api.send("GET", `${path}?limit=2&cursor=${first.body.nextCursor}`);
  const [alpha] = first.body.items;
  const report = await api.send("POST", path, { approve: [alpha.id], dismiss: ["gamma"] });
  const { body: { changesWaiting } } = await api.send("GET", "/servers/internal-api");

  assert.deepEqual(first.body.items.map(({ name }: { name: string }) => name), ["alpha", "beta"]);
  assert.deepEqual(second.body.items.map(({ name }: { name: string }) => name), ["gamma"]);
  assert.equal(second.body.nextCursor, null);
  const diff = [{ field: "description", before: '"before"', after: '"after"' }];
  assert.deepEqual(alpha.diff, diff);
  assert.deepEqual(report.body, { approved: ["alpha"], dismissed: ["gamma"], waiting: 1 });
  assert.equal(changesWaiting, 1);
  const { definition } = factsOf([item("alpha", "after")]).get("alpha") ?? assert.fail();
  const { byKey } = await api.services.pins.read(api.server.id);
  assert.ok([...byKey.values()].some(({ approved }) => approved.includes(definition)));
});

Deno.test("a review refuses what does not wait, an unknown server, and a body that says nothing", async () => {
  await using api = await installed();
  const path = "/servers/internal-api/changes";

  const answers = [
    await api.send("POST", path, { approve: ["none"] }),
    await api.send("POST", "/servers/nope/changes", { approve: ["none"] }),
    await api.send("GET", "/servers/nope/changes"),
    await api.send("POST", path, {}),
    await api.send("POST", path, { approve: Array(101).fill("a") }),
  ];

  assert.deepEqual(answers.map(({ status }) => status), [404, 404, 404, 400, 400]);
});
