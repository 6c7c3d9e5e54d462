import type { Config } from "../config.ts";
import { NO_INSTALL_LIMITS } from "../limits/limits.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { InstallStore } from "./install_store.ts";
import type { Workspace, WorkspaceView } from "./workspace.ts";
import { workspacePath } from "./workspace_address.ts";
import type { WorkspaceSummaryStore } from "./workspace_summary_store.ts";

/** A workspace with its address, its servers by slug, and how many tokens open it. */
export async function viewWorkspace(
  deps: {
    config: Pick<Config, "publicUrl">;
    servers: ServerStore;
    installs: InstallStore;
    workspaceSummaries: WorkspaceSummaryStore;
    now: () => Date;
  },
  workspace: Workspace,
): Promise<WorkspaceView> {
  const [installs, [{ activeTokens }]] = await Promise.all([
    deps.installs.listByWorkspace(workspace.id),
    deps.workspaceSummaries.read([workspace.id], deps.now()),
  ]);
  const servers = await deps.servers.getMany(
    installs.map(({ serverId }) => serverId),
  );
  const installOf = new Map(
    installs.map((install) => [install.serverId, install]),
  );
  const path = workspacePath(workspace.slug);

  return {
    ...workspace,
    path,
    url: deps.config.publicUrl + path,
    servers: servers
      .map(({ id, slug, name, disabled }) => {
        const { installedAt = "", policy = null, onChange = "warn", limits = NO_INSTALL_LIMITS } =
          installOf.get(id) ?? {};
        const isDisabled = disabled !== null;
        return { slug, name, installedAt, isDisabled, policy, onChange, limits } as const;
      })
      .sort((a, b) => a.slug < b.slug ? -1 : 1),
    activeTokens,
  };
}
