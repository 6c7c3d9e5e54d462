import type { PinStore } from "../definitions/pin_store.ts";
import { type SecretViewDeps, viewSecrets } from "../secrets/view_secret.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { Server, ServerView } from "./server.ts";
import type { ServerHealthStore } from "./server_health_store.ts";
import { viewHealth } from "./view_health.ts";

/** A server with where it is installed, and its secrets without their values. */
export async function viewServer(
  deps: SecretViewDeps & {
    workspaces: WorkspaceStore;
    installs: InstallStore;
    health: ServerHealthStore;
    pins: PinStore;
  },
  server: Server,
): Promise<ServerView> {
  const [installedIn, secrets, health, heads] = await Promise.all([
    deps.installs.listByServer(server.id),
    viewSecrets(deps, server.id),
    deps.health.read(server.id),
    deps.pins.heads([server.id]),
  ]);
  const workspaces = await deps.workspaces.getMany(installedIn);

  return {
    id: server.id,
    slug: server.slug,
    name: server.name,
    url: server.externalUrl,
    protocol: server.protocol,
    timeouts: server.timeouts,
    maxConcurrent: server.maxConcurrent,
    forwardHeaders: server.forwardHeaders,
    onLeak: server.onLeak,
    disabled: server.disabled,
    health: viewHealth(server, health),
    workspaces: workspaces.map(({ slug }) => slug).sort(),
    secrets,
    changesWaiting: heads.get(server.id)?.waiting ?? 0,
    createdAt: server.createdAt,
    updatedAt: server.updatedAt,
  };
}
