import assert from "node:assert/strict";
import { adminApi } from "../_support/admin_api.ts";
import { epochOf, someServer, someWorkspace } from "../_support/core.ts";

const NONE = {
  requestsPerMinute: null,
  requestsPerMinutePerToken: null,
  concurrentCalls: null,
  concurrentCallsPerToken: null,
};

Deno.test("PATCH a workspace changes its name and the limits that are given, and its epoch", async () => {
  await using api = await adminApi();
  const { id } = await someWorkspace(api.core);
  const before = await epochOf(api.core, id);

  const limits = { requestsPerMinute: 600, concurrentCallsPerToken: 5 };
  const first = await api.send("PATCH", "/workspaces/engineering", { limits });
  const second = await api.send("PATCH", "/workspaces/engineering", {
    name: "Engineers",
    limits: { requestsPerMinute: null, requestsPerMinutePerToken: 60 },
  });
  const shown = await api.send("GET", "/workspaces/engineering");

  assert.deepEqual([first.status, second.status], [200, 200]);
  assert.deepEqual(first.body.limits, { ...NONE, ...limits });
  assert.deepEqual(second.body.limits, {
    ...NONE,
    requestsPerMinutePerToken: 60,
    concurrentCallsPerToken: 5,
  });
  assert.deepEqual([second.body.name, shown.body], ["Engineers", second.body]);
  assert.equal(await epochOf(api.core, id), before + 2n);
});

Deno.test("POST /workspaces and tokens take limits, PATCH a token and PUT an install change them", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  const tokens = "/workspaces/team/tokens";
  const install = "/workspaces/team/servers/internal-api";

  const workspace = await api.send("POST", "/workspaces", {
    slug: "team",
    limits: { concurrentCalls: 50 },
  });
  const token = await api.send("POST", tokens, { name: "Alice", limits: { concurrentCalls: 2 } });
  const changed = await api.send("PATCH", `${tokens}/${token.body.id}`, {
    limits: { requestsPerMinute: 10 },
  });
  const installed = await api.send("PUT", install, { limits: { callsPerMinutePerTool: 30 } });
  const again = await api.send("PUT", install, { limits: { tools: { search: 5, free: null } } });

  assert.deepEqual(workspace.body.limits, { ...NONE, concurrentCalls: 50 });
  assert.deepEqual(token.body.limits, { requestsPerMinute: null, concurrentCalls: 2 });
  assert.deepEqual(changed.body.limits, { requestsPerMinute: 10, concurrentCalls: 2 });
  assert.deepEqual(installed.body.servers[0].limits, { callsPerMinutePerTool: 30, tools: {} });
  assert.deepEqual(again.body.servers[0].limits, {
    callsPerMinutePerTool: 30,
    tools: { search: 5, free: null },
  });
  const listed = await api.send("GET", tokens);
  assert.deepEqual(listed.body.items[0].limits, changed.body.limits);
});

Deno.test("limits that are none are refused with the field, the value and the range", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  await someWorkspace(api.core);
  const workspace = "/workspaces/engineering";
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`tool_${at}`, 1]));
  const wrong: [string, string, unknown, string][] = [
    ["PATCH", workspace, { requestsPerMinute: 0 }, "limits.requestsPerMinute"],
    ["PATCH", workspace, { requestsPerMinutePerToken: 1.5 }, "limits.requestsPerMinutePerToken"],
    ["PATCH", workspace, { concurrentCalls: 1_000_001 }, "limits.concurrentCalls"],
    ["PATCH", workspace, { concurrentCallsPerToken: "5" }, "limits.concurrentCallsPerToken"],
    ["PATCH", workspace, { perDay: 5 }, "limits.perDay"],
    [
      "PUT",
      `${workspace}/servers/internal-api`,
      { callsPerMinutePerTool: -1 },
      "limits.callsPerMinutePerTool",
    ],
    ["PUT", `${workspace}/servers/internal-api`, { tools: many }, "limits.tools"],
    ["POST", `${workspace}/tokens`, { concurrentCalls: 0 }, "limits.concurrentCalls"],
  ];

  for (const [method, path, limits, field] of wrong) {
    const body = path.endsWith("tokens") ? { name: "Alice", limits } : { limits };
    const { status, body: { error } } = await api.send(method, path, body);
    assert.deepEqual([status, error.code, error.field], [400, "invalid_input", field]);
  }
  const { body } = await api.send("PATCH", workspace, { limits: { requestsPerMinute: 0 } });
  assert.match(body.error.message, /is "0", which must be a whole number from 1 to 1000000/);
});

Deno.test("a change of limits is in the audit log, with what was and what is", async () => {
  await using api = await adminApi();
  await someWorkspace(api.core);

  await api.send("PATCH", "/workspaces/engineering", { limits: { requestsPerMinute: 5 } });
  const { body } = await api.send("GET", "/audit");

  const [entry] = body.items;
  assert.equal(entry.action, "workspace.update");
  assert.deepEqual(entry.changes.limits, {
    before: NONE,
    after: { ...NONE, requestsPerMinute: 5 },
  });
});

Deno.test("PATCH a workspace that is not there is 404, and one that changes nothing touches nothing", async () => {
  await using api = await adminApi();
  const { id } = await someWorkspace(api.core);
  const before = await epochOf(api.core, id);

  const nothing = await api.send("PATCH", "/workspaces/engineering", { limits: {} });
  const gone = await api.send("PATCH", "/workspaces/nope", { name: "x" });

  assert.deepEqual([nothing.status, gone.status], [200, 404]);
  assert.equal(await epochOf(api.core, id), before);
});
