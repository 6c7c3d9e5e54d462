import { refusal } from "../errors.ts";
import { type ServerId, WorkspaceId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { holdOwner, listRecords } from "../kv/records.ts";
import { Install } from "./workspace.ts";

/** The most servers that one workspace holds. */
export const MAX_SERVERS_PER_WORKSPACE = 200;

/** The most workspaces that one server is installed in. */
export const MAX_INSTALLS_PER_SERVER = 500;

/** What became of the wish to install. */
export type InstallOutcome =
  | "installed"
  | "was_installed"
  | "no_workspace"
  | "no_server";

/** Keeps which servers are installed in which workspaces. */
export class InstallStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** What is installed in a workspace; at most 200. */
  listByWorkspace(workspace: WorkspaceId): Promise<Install[]> {
    return listRecords(this.#kv, Install, prefixes.installs(workspace));
  }

  /** The workspaces that a server is installed in; at most 500. */
  listByServer(server: ServerId): Promise<WorkspaceId[]> {
    return listWorkspacesOf(this.#kv, server);
  }

  /**
   * Installs a server, unless one of the two is gone by now.
   *
   * Throws `limit_reached` when the workspace or the server has enough.
   */
  add(install: Install): Promise<InstallOutcome> {
    const { workspaceId, serverId } = install;

    return commitWithRetry(`install server "${serverId}"`, async () => {
      const [workspace, server, existing] = await this.#kv.getMany([
        keys.workspace(workspaceId),
        keys.server(serverId),
        keys.install(workspaceId, serverId),
      ]);
      const result = outcomeFor(workspace, server, existing);
      if (result !== "installed") return { atomic: null, result };

      await this.#refuseWhenFull(install);
      const atomic = holdOwner(holdOwner(this.#kv.atomic(), workspace), server)
        .set(keys.install(workspaceId, serverId), install)
        .set(keys.installedIn(serverId, workspaceId), workspaceId);
      return { atomic: touchWorkspaces(atomic, [workspaceId]), result };
    });
  }

  /** Uninstalls a server; `false` when it was not installed. */
  remove(workspaceId: WorkspaceId, serverId: ServerId): Promise<boolean> {
    const installKey = keys.install(workspaceId, serverId);

    return commitWithRetry(`uninstall server "${serverId}"`, async () => {
      const existing = await this.#kv.get(installKey);
      if (existing.versionstamp === null) {
        return { atomic: null, result: false };
      }

      const atomic = this.#kv.atomic().check(existing)
        .delete(installKey)
        .delete(keys.installedIn(serverId, workspaceId));
      return { atomic: touchWorkspaces(atomic, [workspaceId]), result: true };
    });
  }

  async #refuseWhenFull({ workspaceId, serverId }: Install): Promise<void> {
    if (
      (await this.listByWorkspace(workspaceId)).length >=
        MAX_SERVERS_PER_WORKSPACE
    ) {
      throw refusal(
        "limit_reached",
        `This workspace holds ${MAX_SERVERS_PER_WORKSPACE} servers, the most that fit; ` +
          "uninstall one first, or use another workspace.",
      );
    }
    if ((await this.listByServer(serverId)).length >= MAX_INSTALLS_PER_SERVER) {
      throw refusal(
        "limit_reached",
        `This server is installed in ${MAX_INSTALLS_PER_SERVER} workspaces, the most that one ` +
          "can be in; register the same URL under another slug.",
      );
    }
  }
}

/** The workspaces to touch when a server or its secrets change. */
export function listWorkspacesOf(
  kv: Deno.Kv,
  server: ServerId,
): Promise<WorkspaceId[]> {
  return listRecords(kv, WorkspaceId, prefixes.installedIn(server));
}

function outcomeFor(
  workspace: Deno.KvEntryMaybe<unknown>,
  server: Deno.KvEntryMaybe<unknown>,
  existing: Deno.KvEntryMaybe<unknown>,
): InstallOutcome {
  if (workspace.versionstamp === null) return "no_workspace";
  if (server.versionstamp === null) return "no_server";
  return existing.versionstamp === null ? "installed" : "was_installed";
}
