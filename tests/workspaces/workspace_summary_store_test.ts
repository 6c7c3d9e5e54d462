import assert from "node:assert/strict";
import { keys } from "../../core/kv/keys.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { uninstallServer } from "../../core/workspaces/uninstall_server.ts";
import { AN_ADMIN, someServer, someWorkspace, testCore } from "../_support/core.ts";

const SLUGS = { workspace: "engineering", server: "internal-api" };

Deno.test("WorkspaceSummaryStore.read() counts what was changed just before", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const { id } = await someWorkspace(core);
  const read = async () => {
    const [{ serverIds, activeTokens }] = await core.workspaceSummaries.read([id], core.now());
    return { serverIds, activeTokens };
  };

  assert.deepEqual(await read(), { serverIds: [], activeTokens: 0 });

  await installServer(core, AN_ADMIN, SLUGS);
  const alice = await createToken(core, AN_ADMIN, "engineering", { name: "Alice Chen" });
  await createToken(core, AN_ADMIN, "engineering", { name: "Bob" });
  assert.deepEqual(await read(), { serverIds: [server.id], activeTokens: 2 });

  await revokeToken(core, AN_ADMIN, "engineering", alice.id);
  await uninstallServer(core, AN_ADMIN, SLUGS);
  assert.deepEqual(await read(), { serverIds: [], activeTokens: 1 });
});

Deno.test("WorkspaceSummaryStore.read() no longer counts a token that has expired since", async () => {
  using core = await testCore();
  const { id } = await someWorkspace(core);
  const expiresAt = new Date(core.now().getTime() + 60_000).toISOString();
  await createToken(core, AN_ADMIN, "engineering", { name: "Alice Chen", expiresAt });
  const before = await core.workspaceSummaries.read([id], core.now());

  core.advance(60_000);
  const after = await core.workspaceSummaries.read([id], core.now());

  assert.deepEqual([before, after].map(([{ activeTokens }]) => activeTokens), [1, 0]);
});

Deno.test("WorkspaceSummaryStore.read() reads nothing again while nothing has changed", async () => {
  using core = await testCore();
  const { id } = await someWorkspace(core);
  const { id: token } = await createToken(core, AN_ADMIN, "engineering", { name: "Alice Chen" });
  await core.workspaceSummaries.read([id], core.now());

  // Without the epoch, as no change does it.
  await core.kv.delete(keys.token(id, token));
  const [{ activeTokens }] = await core.workspaceSummaries.read([id], core.now());

  assert.equal(activeTokens, 1);
});

Deno.test("WorkspaceSummaryStore.read() gives workspaces in the order of their ids", async () => {
  using core = await testCore();
  const { id } = await someWorkspace(core);
  const other = await someWorkspace(core, "other");
  await createToken(core, AN_ADMIN, "other", { name: "Alice Chen" });

  const found = await core.workspaceSummaries.read([id, other.id], core.now());

  assert.deepEqual(found.map(({ activeTokens }) => activeTokens), [0, 1]);
});
