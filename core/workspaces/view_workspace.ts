import type { Config } from "../config.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { TokenStore } from "../tokens/token_store.ts";
import type { InstallStore } from "./install_store.ts";
import type { Workspace, WorkspaceView } from "./workspace.ts";

/** A workspace with its address, its servers by slug, and how many tokens open it. */
export async function viewWorkspace(
  deps: {
    config: Pick<Config, "publicUrl">;
    servers: ServerStore;
    installs: InstallStore;
    tokens: TokenStore;
    now: () => Date;
  },
  workspace: Workspace,
): Promise<WorkspaceView> {
  const [installs, active] = await Promise.all([
    deps.installs.listByWorkspace(workspace.id),
    deps.tokens.listActive(workspace.id, deps.now()),
  ]);
  const servers = await deps.servers.getMany(
    installs.map(({ serverId }) => serverId),
  );
  const installedAt = new Map(
    installs.map((install) => [install.serverId, install.installedAt]),
  );
  const path = `/ws/${workspace.slug}/sse`;

  return {
    ...workspace,
    path,
    url: deps.config.publicUrl + path,
    servers: servers
      .map(({ id, slug, name }) => ({
        slug,
        name,
        installedAt: installedAt.get(id) ?? "",
      }))
      .sort((a, b) => a.slug < b.slug ? -1 : 1),
    activeTokens: active.length,
  };
}
