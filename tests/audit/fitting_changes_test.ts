import assert from "node:assert/strict";
import { fittingChanges } from "../../core/audit/fitting_changes.ts";
import { verifyAudit } from "../../core/audit/verify_audit.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { updateToken } from "../../core/tokens/update_token.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { AN_ADMIN, someServer, someWorkspace, testCore } from "../_support/core.ts";

/** As many globs as a list takes, as long as one may be, in letters of two bytes. */
function globs(letter: string): string[] {
  return Array.from({ length: 50 }, (_, at) => `${at}`.padEnd(200, letter));
}

function policy(letter: string) {
  return { allow: globs(letter), deny: globs(letter), readOnly: false };
}

Deno.test("the largest policy can be changed into another, and the log says that it was", async () => {
  using core = await testCore();
  await someWorkspace(core, "team");
  const token = { name: "Alice", policy: policy("網") };
  const { id } = await createToken(core, AN_ADMIN, "team", token);

  const changed = await updateToken(core, AN_ADMIN, "team", id, { policy: policy("路") });

  assert.deepEqual(changed.policy, policy("路"));
  const { items: [entry] } = await core.audit.list({ limit: 1, cursor: null });
  const { before, after } = entry.changes.policy;
  assert.match(String(before), /網.*… \[cut: \d+ characters, SHA-256 [0-9a-f]{64}\]$/);
  assert.match(String(after), /路/);
  assert.equal((await verifyAudit(core.audit)).ok, true);
});

Deno.test("an install whose policy and limits do not fit into one record is refused", async () => {
  using core = await testCore();
  await someWorkspace(core, "team");
  await someServer(core, "db");
  const slugs = { workspace: "team", server: "db" };
  const tools = Object.fromEntries([...globs("路"), ...globs("道")].map((glob) => [glob, 5]));
  await installServer(core, AN_ADMIN, slugs, { policy: policy("網") });

  await assert.rejects(installServer(core, AN_ADMIN, slugs, { limits: { tools } }), {
    code: "limit_reached",
    message: /take \d+ bytes together; 60000 are the most/,
  });
  await installServer(core, AN_ADMIN, slugs, { policy: null, limits: { tools } });
});

Deno.test("fittingChanges() leaves what fits alone, and short values beside a long one", () => {
  const small = { name: { before: "a", after: "b" } };
  const large = { ...small, text: { before: null, after: "x".repeat(60_000) } };

  assert.equal(fittingChanges(small), small);
  assert.deepEqual(fittingChanges(large).name, small.name);
  assert.ok(JSON.stringify(fittingChanges(large)).length < 7_000);
});
