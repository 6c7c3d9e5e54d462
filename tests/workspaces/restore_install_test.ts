import assert from "node:assert/strict";
import { installServer } from "../../core/workspaces/install_server.ts";
import { restoreInstall } from "../../core/workspaces/restore_install.ts";
import { uninstallServer } from "../../core/workspaces/uninstall_server.ts";
import { removeServer } from "../../core/servers/remove_server.ts";
import { AN_ADMIN, epochOf, someServer, someWorkspace, testCore } from "../_support/core.ts";

const SLUGS = { workspace: "engineering", server: "internal-api" };

const INPUT = {
  policy: { allow: ["list_*", "get_?"], deny: ["*_secret"], readOnly: true },
  onChange: "hold",
  limits: { callsPerMinutePerTool: 30, tools: { search: null, "an odd name": 2 } },
} as const;

function input() {
  const { allow, deny, readOnly } = INPUT.policy;
  return { ...INPUT, policy: { allow: [...allow], deny: [...deny], readOnly } };
}

Deno.test("restoreInstall() puts back exactly what was taken out, and every process hears of it", async () => {
  using core = await testCore();
  await someServer(core);
  const { id } = await someWorkspace(core);
  await installServer(core, AN_ADMIN, SLUGS, input());
  const before = await core.installs.listByWorkspace(id);
  core.advance(5_000);
  await uninstallServer(core, AN_ADMIN, SLUGS);
  assert.deepEqual(await core.installs.listByWorkspace(id), []);
  const epoch = await epochOf(core, id);

  await restoreInstall(core, AN_ADMIN, SLUGS);

  assert.deepEqual(await core.installs.listByWorkspace(id), before);
  assert.deepEqual(await core.installs.listByServer(before[0].serverId), [id]);
  assert.equal(await epochOf(core, id), epoch + 1n);
  const { items: [{ action }] } = await core.audit.list({ limit: 1, cursor: null });
  assert.equal(action, "install.restore");
});

Deno.test("restoreInstall() does so once, and not over what was installed since", async () => {
  using core = await testCore();
  await someServer(core);
  const { id } = await someWorkspace(core);
  await installServer(core, AN_ADMIN, SLUGS, input());
  await uninstallServer(core, AN_ADMIN, SLUGS);
  await installServer(core, AN_ADMIN, SLUGS);

  await assert.rejects(restoreInstall(core, AN_ADMIN, SLUGS), { code: "conflict" });

  const [install] = await core.installs.listByWorkspace(id);
  assert.equal(install.policy, null);
});

Deno.test("restoreInstall() says so when there is nothing to put back", async () => {
  using core = await testCore();
  await someServer(core);
  await someWorkspace(core);
  await assert.rejects(restoreInstall(core, AN_ADMIN, SLUGS), { code: "not_found" });

  await installServer(core, AN_ADMIN, SLUGS, input());
  await removeServer(core, AN_ADMIN, "internal-api", { force: true });
  await someServer(core);

  await assert.rejects(restoreInstall(core, AN_ADMIN, SLUGS), { code: "not_found" });
});
