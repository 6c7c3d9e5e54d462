import type { Actor } from "../audit/actor.ts";
import { changesExcept } from "../audit/audit_entry.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import { refusal } from "../errors.ts";
import { type ServerId, WorkspaceId } from "../ids.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { storedBytes } from "../kv/stored_bytes.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { type InstallLimitsChange, withChange } from "../limits/limits.ts";
import { getAll, holdOwner, listRecords, parseEntry } from "../kv/records.ts";
import { Server } from "../servers/server.ts";
import { Install, Workspace } from "./workspace.ts";

/** The most servers that one workspace holds. */
export const MAX_SERVERS_PER_WORKSPACE = 200;

/** The most workspaces that one server is installed in. */
export const MAX_INSTALLS_PER_SERVER = 500;

/** The most bytes of one install: a stored value has 64 KiB. */
const MAX_INSTALL_BYTES = 60_000;

/** For so long an install that was taken out can be put back as it was. */
const RESTORABLE_MS = 60 * 60 * 1_000;

/** Fields that say nothing of what somebody changed. */
const UNAUDITED = ["workspaceId", "serverId", "installedAt"];

/** What became of the wish to install. */
export type InstallOutcome =
  | "installed"
  | "was_installed"
  | "changed"
  | "no_workspace"
  | "no_server";

/** What became of the wish to put an install back. */
export type RestoreOutcome = "restored" | "was_installed" | "forgotten";

/** What to install, and what to change of it where it is installed already. */
export interface InstallWish {
  install: Install;
  change: Partial<Pick<Install, "policy" | "onChange">> & { limits?: InstallLimitsChange };
}

/** Keeps which servers are installed in which workspaces. */
export class InstallStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;

  constructor(kv: Deno.Kv, audit: AuditStore) {
    this.#kv = kv;
    this.#audit = audit;
  }

  /** What is installed in a workspace; at most 200. */
  listByWorkspace(workspace: WorkspaceId): Promise<Install[]> {
    return listRecords(this.#kv, Install, prefixes.installs(workspace));
  }

  /** The workspaces that a server is installed in; at most 500. */
  listByServer(server: ServerId): Promise<WorkspaceId[]> {
    return listWorkspacesOf(this.#kv, server);
  }

  /** How a server is installed, in each of its workspaces. */
  async listInstalls(server: ServerId): Promise<Install[]> {
    const workspaces = await this.listByServer(server);
    const entries = await getAll(this.#kv, workspaces.map((id) => keys.install(id, server)));
    return entries.flatMap((entry) => parseEntry(Install, entry) ?? []);
  }

  /**
   * Installs a server, unless one of the two is gone by now; of one that is installed,
   * changes what there is to change.
   *
   * Throws `limit_reached` when the workspace or the server has enough, and when globs and
   * limits of tools do not fit into one record.
   */
  put(
    by: Actor,
    { install, change: { limits, ...change } }: InstallWish,
  ): Promise<InstallOutcome> {
    const { workspaceId, serverId } = install;

    return this.#audit.commit(by, `install server "${serverId}"`, async () => {
      const [workspace, server, existing] = await this.#kv.getMany([
        keys.workspace(workspaceId),
        keys.server(serverId),
        keys.install(workspaceId, serverId),
      ]);
      const stored = parseEntry(Install, existing);
      const wanted = stored === null
        ? install
        : { ...stored, ...given(change), limits: withChange(stored.limits, limits) };
      const result = outcomeFor(workspace, server, stored, wanted);
      if (result !== "installed" && result !== "changed") return { atomic: null, result };
      refuseWhenTooLarge(wanted);

      if (stored === null) await this.#refuseWhenFull(install);
      const atomic = holdOwner(holdOwner(this.#kv.atomic(), workspace), server)
        .check(existing)
        .set(keys.install(workspaceId, serverId), wanted)
        .set(keys.installedIn(serverId, workspaceId), workspaceId);
      const entry = {
        action: stored === null ? "install.add" : "install.update",
        subject: subjectOf(workspace, server),
        changes: changesExcept(stored, wanted, UNAUDITED),
      };
      return { atomic: touchWorkspaces(atomic, [workspaceId]), result, entry };
    });
  }

  /** Uninstalls a server, to be put back within an hour; `false` when it was not installed. */
  remove(by: Actor, workspaceId: WorkspaceId, serverId: ServerId): Promise<boolean> {
    const installKey = keys.install(workspaceId, serverId);

    return this.#audit.commit(by, `uninstall server "${serverId}"`, async () => {
      const [existing, workspace, server] = await this.#kv.getMany([
        installKey,
        keys.workspace(workspaceId),
        keys.server(serverId),
      ]);
      if (existing.versionstamp === null) {
        return { atomic: null, result: false };
      }

      const atomic = this.#kv.atomic().check(existing)
        .delete(installKey)
        .delete(keys.installedIn(serverId, workspaceId))
        .set(keys.removedInstall(workspaceId, serverId), existing.value, {
          expireIn: RESTORABLE_MS,
        });
      const entry = { action: "install.remove", subject: subjectOf(workspace, server) };
      return { atomic: touchWorkspaces(atomic, [workspaceId]), result: true, entry };
    });
  }

  /**
   * Puts an install back as it was when it was taken out, within an hour. Throws `limit_reached`
   * when the workspace or the server has enough meanwhile.
   */
  restore(by: Actor, workspaceId: WorkspaceId, serverId: ServerId): Promise<RestoreOutcome> {
    return this.#audit.commit(by, `put server "${serverId}" back`, async () => {
      const [workspace, server, existing, kept] = await this.#kv.getMany([
        keys.workspace(workspaceId),
        keys.server(serverId),
        keys.install(workspaceId, serverId),
        keys.removedInstall(workspaceId, serverId),
      ]);
      const removed = parseEntry(Install, kept);
      if (existing.versionstamp !== null) return { atomic: null, result: "was_installed" };
      const isGone = workspace.versionstamp === null || server.versionstamp === null;
      if (removed === null || isGone) return { atomic: null, result: "forgotten" };

      await this.#refuseWhenFull(removed);
      const atomic = holdOwner(holdOwner(this.#kv.atomic(), workspace), server)
        .check(existing, kept)
        .set(existing.key, removed)
        .set(keys.installedIn(serverId, workspaceId), workspaceId)
        .delete(kept.key);
      const entry = {
        action: "install.restore",
        subject: subjectOf(workspace, server),
        changes: changesExcept(null, removed, UNAUDITED),
      };
      return { atomic: touchWorkspaces(atomic, [workspaceId]), result: "restored", entry };
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

function refuseWhenTooLarge(install: Install): void {
  const bytes = storedBytes(install);
  if (bytes <= MAX_INSTALL_BYTES) return;
  throw refusal(
    "limit_reached",
    `The globs and the limits of tools of this install take ${bytes} bytes together; ` +
      `${MAX_INSTALL_BYTES} are the most. Write fewer or shorter ones.`,
  );
}

/** Both by slug, and by id where one is gone meanwhile. */
function subjectOf(
  workspace: Deno.KvEntryMaybe<unknown>,
  server: Deno.KvEntryMaybe<unknown>,
): Record<string, string> {
  const workspaceId = String(workspace.key.at(-1));
  const serverId = String(server.key.at(-1));
  return {
    workspace: parseEntry(Workspace, workspace)?.slug ?? workspaceId,
    workspaceId,
    server: parseEntry(Server, server)?.slug ?? serverId,
    serverId,
  };
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
  stored: Install | null,
  wanted: Install,
): InstallOutcome {
  if (workspace.versionstamp === null) return "no_workspace";
  if (server.versionstamp === null) return "no_server";
  if (stored === null) return "installed";
  return JSON.stringify(stored) === JSON.stringify(wanted) ? "was_installed" : "changed";
}

function given<T extends object>(change: T): Partial<T> {
  const fields = Object.entries(change).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields) as Partial<T>;
}
