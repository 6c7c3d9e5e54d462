import assert from "node:assert/strict";
import { prefixes } from "../../core/kv/keys.ts";
import { adminApi } from "../_support/admin_api.ts";
import { someWorkspace } from "../_support/core.ts";
import { someCall } from "../calls/_support.ts";

const PATH = "/workspaces/engineering/analytics/rebuild";

Deno.test("a rebuild says whether sums equal the log, and replaces those that do not", async () => {
  await using api = await adminApi();
  const workspace = await someWorkspace(api.core);
  const at = api.core.now().toISOString();
  for (const tool of ["search", "search", "get_user"]) {
    await api.services.callLog.record(workspace, someCall({ at, tool }));
  }
  await api.services.rollups.roller.rollAll(workspace.id);
  const [head] = await Array.fromAsync(
    api.core.kv.list({ prefix: prefixes.rollHours(workspace.id, "live") }),
  );
  await api.core.kv.delete(head.key);

  const checked = await api.send("POST", PATH, { repair: false });
  const rebuilt = await api.send("POST", PATH);
  const again = await api.send("POST", PATH, { repair: false });

  assert.deepEqual([checked.status, rebuilt.status, again.status], [200, 200, 200]);
  assert.deepEqual([checked.body.ok, rebuilt.body.ok, again.body.ok], [false, true, true]);
  const hour = "2026-11-22T09:00:00.000Z";
  assert.deepEqual(checked.body.differences, [{ hour, summed: 0, logged: 3 }]);
  assert.deepEqual(rebuilt.body.hours, { equal: 0, different: 1, repaired: 1, older: 0 });
  assert.deepEqual(again.body.calls, 3);
});

Deno.test("a rebuild of a workspace that is not there is answered 404", async () => {
  await using api = await adminApi();

  const { status } = await api.send("POST", PATH);

  assert.equal(status, 404);
});

Deno.test("a rebuild says what is wrong with its input", async () => {
  await using api = await adminApi();
  await someWorkspace(api.core);

  const { status, body } = await api.send("POST", PATH, { repair: "perhaps" });

  assert.equal(status, 400);
  assert.equal(body.error.field, "repair");
});

Deno.test("a second rebuild is refused while one runs", async () => {
  await using api = await adminApi();
  const workspace = await someWorkspace(api.core);
  const until = new Date(api.core.now().getTime() + 20_000).toISOString();
  const lease = { holder: "another", until };
  await api.core.kv.set(["lease", `recount ${workspace.id}`], lease);

  const { status, body } = await api.send("POST", PATH);

  assert.equal(status, 409);
  assert.match(body.error.message, /being recounted already/);
});
