import assert from "node:assert/strict";
import { adminApi } from "../_support/admin_api.ts";
import { someWorkspace } from "../_support/core.ts";

const ALICE = { name: "Alice Chen", email: "Alice@example.com" };

Deno.test("members are listed and shown with their tokens, and offboarded with all of them", async () => {
  await using api = await adminApi();
  await someWorkspace(api.core, "a");
  await someWorkspace(api.core, "b");
  for (const slug of ["a", "b"]) await api.send("POST", `/workspaces/${slug}/tokens`, ALICE);

  const listed = await api.send("GET", "/members?limit=1");
  const shown = await api.send("GET", "/members/alice%40example.com");
  const offboarded = await api.send("POST", "/members/ALICE@example.com/offboard");
  const again = await api.send("POST", "/members/alice@example.com/offboard");
  const after = await api.send("GET", "/members");

  assert.deepEqual(listed.body, { items: [shown.body], nextCursor: null });
  assert.equal(shown.body.email, "alice@example.com");
  const workspaces = shown.body.tokens.map(({ workspace }: { workspace: string }) => workspace);
  assert.deepEqual(workspaces, ["a", "b"]);
  assert.equal(offboarded.status, 200);
  assert.deepEqual(offboarded.body, {
    email: "alice@example.com",
    revoked: shown.body.tokens,
    secretsRemoved: 0,
  });
  assert.deepEqual(again.body, { email: "alice@example.com", revoked: [], secretsRemoved: 0 });
  assert.deepEqual(after.body, { items: [], nextCursor: null });
  for (const slug of ["a", "b"]) {
    const { body } = await api.send("GET", `/workspaces/${slug}/tokens`);
    assert.equal(body.items[0].status, "revoked");
  }
});

Deno.test("a member who is not there, or whose address is none, is refused and named", async () => {
  await using api = await adminApi();

  for (const [method, rest] of [["GET", ""], ["POST", "/offboard"]]) {
    const nobody = await api.send(method, `/members/bob@example.com${rest}`);
    const wrong = await api.send(method, `/members/bob${rest}`);
    assert.deepEqual([nobody.status, nobody.body.error.code], [404, "not_found"]);
    assert.match(nobody.body.error.message, /"bob@example.com"/);
    assert.deepEqual([wrong.status, wrong.body.error.field], [400, "email"]);
    assert.match(wrong.body.error.message, /"bob", which must be an e-mail address/);
  }
});
