import type { SecretStore } from "../secrets/secret_store.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { Server, ServerView } from "./server.ts";
import type { ServerHealthStore } from "./server_health_store.ts";
import { viewHealth } from "./view_health.ts";

/** A server with where it is installed and which secrets it has, by name only. */
export async function viewServer(
  deps: {
    workspaces: WorkspaceStore;
    installs: InstallStore;
    secrets: SecretStore;
    health: ServerHealthStore;
  },
  server: Server,
): Promise<ServerView> {
  const [installedIn, secrets, health] = await Promise.all([
    deps.installs.listByServer(server.id),
    deps.secrets.list(server.id),
    deps.health.read(server.id),
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
    health: viewHealth(server, health),
    workspaces: workspaces.map(({ slug }) => slug).sort(),
    secrets: secrets.map(({ name }) => name),
    createdAt: server.createdAt,
    updatedAt: server.updatedAt,
  };
}
