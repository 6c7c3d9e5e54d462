import assert from "node:assert/strict";
import { newServerId, type WorkspaceId } from "../../core/ids.ts";
import { keys } from "../../core/kv/keys.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { hashToken } from "../../core/tokens/token_text.ts";
import { NO_INSTALL_LIMITS } from "../../core/limits/limits.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { removeWorkspace } from "../../core/workspaces/remove_workspace.ts";
import { uninstallServer } from "../../core/workspaces/uninstall_server.ts";
import { viewWorkspace } from "../../core/workspaces/view_workspace.ts";
import { AN_ADMIN, epochOf, someServer, someWorkspace, testCore } from "../_support/core.ts";

const SLUGS = { workspace: "engineering", server: "internal-api" };

Deno.test("WorkspaceStore.add() lets one of two racing writers take a slug", async () => {
  using core = await testCore();

  const outcomes = await Promise.allSettled([someWorkspace(core), someWorkspace(core)]);

  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  await assert.rejects(someWorkspace(core), { code: "slug_taken", message: /"engineering"/ });
});

Deno.test("WorkspaceStore.add() refuses the 1,001st workspace", async () => {
  using core = await testCore();
  const atomic = core.kv.atomic();
  for (let at = 0; at < 1_000; at++) atomic.set(keys.workspaceBySlug(`w${at}`), `ws_${at}`);
  await atomic.commit();

  await assert.rejects(someWorkspace(core), { code: "limit_reached", message: /1000 workspaces/ });
});

Deno.test("installServer() installs once, and says whether it was there", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const workspace = await someWorkspace(core);
  const before = await epochOf(core, workspace.id);

  const first = await installServer(core, AN_ADMIN, SLUGS);
  core.advance(1000);
  const second = await installServer(core, AN_ADMIN, SLUGS);

  assert.deepEqual([first.isNew, second.isNew], [true, false]);
  const installs = await core.installs.listByWorkspace(workspace.id);
  assert.deepEqual(installs.map(({ serverId }) => serverId), [server.id]);
  assert.deepEqual(await core.installs.listByServer(server.id), [workspace.id]);
  assert.equal(await epochOf(core, workspace.id), before + 1n);
});

Deno.test("installServer() names what is not there", async () => {
  using core = await testCore();
  await someServer(core);

  await assert.rejects(installServer(core, AN_ADMIN, SLUGS), {
    code: "not_found",
    message: /"engineering"/,
  });
  await someWorkspace(core);
  await assert.rejects(installServer(core, AN_ADMIN, { ...SLUGS, server: "none" }), {
    code: "not_found",
    message: /There is no server "none"; list the servers/,
  });
});

Deno.test("InstallStore.put() refuses a server or a workspace that was removed meanwhile", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const workspace = await someWorkspace(core);
  const install = {
    workspaceId: workspace.id,
    serverId: server.id,
    installedAt: core.now().toISOString(),
    policy: null,
    onChange: "warn" as const,
    limits: NO_INSTALL_LIMITS,
  };

  await core.servers.remove(AN_ADMIN, server, false);
  assert.equal(await core.installs.put(AN_ADMIN, { install, change: {} }), "no_server");
  await core.workspaces.remove(AN_ADMIN, workspace);
  assert.equal(await core.installs.put(AN_ADMIN, { install, change: {} }), "no_workspace");
});

Deno.test("InstallStore.put() leaves nothing behind when the server is removed at that moment", async () => {
  for (let round = 0; round < 20; round++) {
    using core = await testCore();
    const server = await someServer(core);
    const workspace = await someWorkspace(core);

    await Promise.allSettled([
      installServer(core, AN_ADMIN, SLUGS),
      core.servers.remove(AN_ADMIN, server, true),
    ]);

    assert.deepEqual(await core.installs.listByWorkspace(workspace.id), []);
  }
});

Deno.test("the 201st server of a workspace is refused", async () => {
  using core = await testCore();
  const workspace = await someWorkspace(core);
  await someServer(core);
  const atomic = core.kv.atomic();
  for (let at = 0; at < 200; at++) {
    const serverId = newServerId();
    const installedAt = core.now().toISOString();
    const rules = { policy: null, onChange: "warn", limits: NO_INSTALL_LIMITS };
    const install = { workspaceId: workspace.id, serverId, installedAt, ...rules };
    atomic.set(keys.install(workspace.id, serverId), install);
  }
  await atomic.commit();

  await assert.rejects(installServer(core, AN_ADMIN, SLUGS), {
    code: "limit_reached",
    message: /200 servers/,
  });
});

Deno.test("uninstallServer() takes a server out, and says when it was not in", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const workspace = await someWorkspace(core);
  await installServer(core, AN_ADMIN, SLUGS);
  const before = await epochOf(core, workspace.id);

  await uninstallServer(core, AN_ADMIN, SLUGS);

  assert.deepEqual(await core.installs.listByWorkspace(workspace.id), []);
  assert.deepEqual(await core.installs.listByServer(server.id), []);
  assert.equal(await epochOf(core, workspace.id), before + 1n);
  await assert.rejects(uninstallServer(core, AN_ADMIN, SLUGS), {
    code: "not_found",
    message: /"internal-api" is not installed in workspace "engineering"/,
  });
});

Deno.test("removeWorkspace() says how many active tokens there are, and whose", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const names = ["Alice", "Bob", "Carol", "Dan", "Eve"];
  for (const name of names) await createToken(core, AN_ADMIN, "engineering", { name });
  await revokeToken(core, AN_ADMIN, "engineering", "mwt_eve");

  await assert.rejects(removeWorkspace(core, AN_ADMIN, "engineering", { force: false }), {
    code: "in_use",
    message: /has 4 active tokens \(.+, .+, .+ and 1 more\); .*--force/,
  });
});

Deno.test("removeWorkspace() needs no force once every token is revoked or expired", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const expiresAt = new Date(core.now().getTime() + 1000).toISOString();
  await createToken(core, AN_ADMIN, "engineering", { name: "Alice", expiresAt });
  await createToken(core, AN_ADMIN, "engineering", { name: "Bob" });
  await revokeToken(core, AN_ADMIN, "engineering", "mwt_bob");
  core.advance(2000);

  await removeWorkspace(core, AN_ADMIN, "engineering", { force: false });

  assert.equal(await core.workspaces.findBySlug("engineering"), null);
});

Deno.test("removeWorkspace() with force ends tokens and installs, and touches the workspace", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const workspace = await someWorkspace(core);
  await installServer(core, AN_ADMIN, SLUGS);
  const { token } = await createToken(core, AN_ADMIN, "engineering", { name: "Alice" });
  const before = await epochOf(core, workspace.id);

  await removeWorkspace(core, AN_ADMIN, "engineering", { force: true });

  assert.equal(await core.tokens.findByHash(hashToken(token)), null);
  assert.deepEqual(await core.installs.listByServer(server.id), []);
  assert.equal(await epochOf(core, workspace.id), before + 1n);
  const left = await Array.fromAsync(core.kv.list({ prefix: [] }), ({ key }) => key[0]);
  const other = left.filter((kind) => !String(kind).startsWith("audit"));
  assert.deepEqual(other, ["epoch", "server", "server_by_slug"]);
});

Deno.test("removeWorkspace() counts a token that is created at that moment", async () => {
  for (let round = 0; round < 20; round++) {
    using core = await testCore();
    const { id } = await someWorkspace(core);

    const [created, removed] = await Promise.allSettled([
      createToken(core, AN_ADMIN, "engineering", { name: "Alice" }),
      removeWorkspace(core, AN_ADMIN, "engineering", { force: false }),
    ]);

    assert.notEqual(created.status, removed.status);
    await assertNoOrphans(core.kv, id, removed.status === "fulfilled");
  }
});

Deno.test("viewWorkspace() gives the address, the servers by slug and the active tokens", async () => {
  using core = await testCore();
  const workspace = await someWorkspace(core);
  for (const server of ["zeta", "alpha"]) {
    await someServer(core, server);
    await installServer(core, AN_ADMIN, { workspace: "engineering", server });
  }
  await createToken(core, AN_ADMIN, "engineering", { name: "Alice" });

  const view = await viewWorkspace(core, workspace);

  assert.equal(view.url, "https://gateway.example.com/ws/engineering/sse");
  assert.equal(view.path, "/ws/engineering/sse");
  assert.deepEqual(view.servers.map(({ slug }) => slug), ["alpha", "zeta"]);
  assert.equal(view.activeTokens, 1);
});

async function assertNoOrphans(
  kv: Deno.Kv,
  id: WorkspaceId,
  isRemoved: boolean,
): Promise<void> {
  const tokens = await Array.fromAsync(kv.list({ prefix: ["token", id] }));
  assert.equal(tokens.length, isRemoved ? 0 : 1);
}
