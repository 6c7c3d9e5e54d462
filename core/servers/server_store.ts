import type { Actor } from "../audit/actor.ts";
import { changesExcept } from "../audit/audit_entry.ts";
import type { Audited, AuditStore } from "../audit/audit_store.ts";
import { refusal } from "../errors.ts";
import { ServerId, type WorkspaceId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listPage, type Page, type PageQuery } from "../kv/pages.ts";
import { getAll, listRecords, parseEntry, parseRecord } from "../kv/records.ts";
import { Slug } from "../slug.ts";
import { listWorkspacesOf } from "../workspaces/install_store.ts";
import type { Disabling } from "./disabling.ts";
import { Server } from "./server.ts";

/** The most servers that one gateway keeps. */
export const MAX_SERVERS = 1_000;

/** Installs whose two keys fit into a commit beside what else a removal writes. */
const INSTALLS_PER_COMMIT = 200;

/** Fields that say nothing of what somebody changed. */
const UNAUDITED = ["id", "slug", "createdAt", "updatedAt"];

/** What became of the wish to remove a server, and where it was installed. */
export interface ServerRemoval {
  outcome: "removed" | "in_use" | "gone";
  usedBy: WorkspaceId[];
}

/** Keeps the registered servers. */
export class ServerStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;

  constructor(kv: Deno.Kv, audit: AuditStore) {
    this.#kv = kv;
    this.#audit = audit;
  }

  /** The server of this id, or `null`. */
  async get(id: ServerId): Promise<Server | null> {
    return parseEntry(Server, await this.#kv.get(keys.server(id)));
  }

  /** The servers of these ids that are there, in the order of the ids. */
  async getMany(ids: readonly ServerId[]): Promise<Server[]> {
    const entries = await getAll(this.#kv, ids.map(keys.server));
    return entries.map((entry) => parseEntry(Server, entry))
      .filter((server) => server !== null);
  }

  /** The server of this slug, or `null`. */
  async findBySlug(slug: string): Promise<Server | null> {
    if (!Slug.safeParse(slug).success) return null;
    const id = parseEntry(
      ServerId,
      await this.#kv.get(keys.serverBySlug(slug)),
    );
    return id === null ? null : await this.get(id);
  }

  /** A page of servers, by slug. */
  async list(query: PageQuery): Promise<Page<Server>> {
    const page = await listPage(this.#kv, prefixes.serverSlugs, query);
    const ids = page.items.map((entry) => parseRecord(ServerId, entry));
    return { items: await this.getMany(ids), nextCursor: page.nextCursor };
  }

  /** All servers, by slug; at most 1,000, in one go. */
  async listAll(): Promise<Server[]> {
    const servers = await listRecords(this.#kv, Server, prefixes.servers);
    return servers.sort((a, b) => a.slug < b.slug ? -1 : 1);
  }

  /** Adds a server. Throws `slug_taken` and, past 1,000 servers, `limit_reached`. */
  async add(by: Actor, server: Server): Promise<void> {
    await this.#refuseWhenFull();
    const slugKey = keys.serverBySlug(server.slug);

    await this.#audit.commit(by, `register server "${server.slug}"`, async () => {
      const taken = await this.#kv.get(slugKey);
      if (taken.versionstamp !== null) throw slugTaken(server.slug);
      const atomic = this.#kv.atomic().check(taken)
        .set(slugKey, server.id)
        .set(keys.server(server.id), server);
      const entry = {
        action: "server.register",
        subject: subjectOf(server),
        changes: changesExcept(null, server, UNAUDITED),
      };
      return { atomic, result: undefined, entry };
    });
  }

  /**
   * Stores what `change` makes of the server, and gives it; `null` when the
   * server is gone. The slug and the id stay as they are. What changes nothing is not stored.
   */
  update(
    by: Actor,
    action: `server.${string}`,
    id: ServerId,
    change: (server: Server) => Server,
  ): Promise<Server | null> {
    return this.#audit.commit(by, `update server "${id}"`, async () => {
      const stored = await this.#kv.get(keys.server(id));
      const server = parseEntry(Server, stored);
      if (server === null) return { atomic: null, result: null };

      const result = { ...change(server), id, slug: server.slug };
      const atomic = this.#kv.atomic().check(stored).set(stored.key, result);
      touchWorkspaces(atomic, await listWorkspacesOf(this.#kv, id));
      const changes = changesExcept(server, result, UNAUDITED);
      if (Object.keys(changes).length === 0) return { atomic: null, result: server };
      const entry = { action, subject: subjectOf(server), changes };
      return { atomic, result, entry };
    });
  }

  /**
   * Disables a server that is not disabled yet, in one commit with what `note` adds to it;
   * whether it did.
   */
  block(
    by: Actor,
    id: ServerId,
    disabled: Disabling,
    note: (atomic: Deno.AtomicOperation) => void,
  ): Promise<boolean> {
    return this.#audit.commit(by, `block server "${id}"`, async () => {
      const stored = await this.#kv.get(keys.server(id));
      const server = parseEntry(Server, stored);
      if (server === null || server.disabled !== null) return { atomic: null, result: false };

      const result = { ...server, disabled };
      const atomic = this.#kv.atomic().check(stored).set(stored.key, result);
      touchWorkspaces(atomic, await listWorkspacesOf(this.#kv, id));
      note(atomic);
      const changes = changesExcept(server, result, UNAUDITED);
      return {
        atomic,
        result: true,
        entry: { action: "server.block", subject: subjectOf(server), changes },
      };
    });
  }

  /**
   * Removes a server with its secrets, and its installs when `force` says so.
   *
   * The first commit ends every access to it; installs that do not fit into
   * that commit follow, and lead nowhere meanwhile.
   */
  async remove(by: Actor, server: Server, force: boolean): Promise<ServerRemoval> {
    const doing = `remove server "${server.slug}"`;
    const removal = await this.#audit.commit(
      by,
      doing,
      () => this.#prepareRemoval(server, force),
    );
    if (removal.outcome !== "removed") return removal;

    const { usedBy } = removal;
    for (
      let at = INSTALLS_PER_COMMIT;
      at < usedBy.length;
      at += INSTALLS_PER_COMMIT
    ) {
      const rest = usedBy.slice(at, at + INSTALLS_PER_COMMIT);
      await commitWithRetry(doing, () => {
        const atomic = dropInstalls(this.#kv.atomic(), server.id, rest);
        return Promise.resolve({ atomic, result: undefined });
      });
    }
    return removal;
  }

  async #prepareRemoval(
    server: Server,
    force: boolean,
  ): Promise<Audited<ServerRemoval>> {
    const { id, slug } = server;
    const entry = await this.#kv.get(keys.server(id));
    if (entry.versionstamp === null) {
      return { atomic: null, result: { outcome: "gone", usedBy: [] } };
    }

    const usedBy = await listWorkspacesOf(this.#kv, id);
    if (usedBy.length > 0 && !force) {
      return { atomic: null, result: { outcome: "in_use", usedBy } };
    }

    const atomic = this.#kv.atomic().check(entry)
      .delete(keys.server(id))
      .delete(keys.serverBySlug(slug))
      .delete(keys.listVersion(id));
    const secrets: string[] = [];
    for await (const secret of this.#kv.list({ prefix: prefixes.secrets(id) })) {
      atomic.delete(secret.key);
      secrets.push(String(secret.key.at(-1)));
    }
    dropInstalls(atomic, id, usedBy.slice(0, INSTALLS_PER_COMMIT));
    return {
      atomic: touchWorkspaces(atomic, usedBy),
      result: { outcome: "removed", usedBy },
      entry: {
        action: "server.remove",
        subject: subjectOf(server),
        changes: changesExcept(
          { ...server, secrets, workspaces: usedBy },
          null,
          UNAUDITED,
        ),
      },
    };
  }

  async #refuseWhenFull(): Promise<void> {
    const page = await listPage(this.#kv, prefixes.serverSlugs, {
      limit: MAX_SERVERS,
      cursor: null,
    });
    if (page.items.length < MAX_SERVERS) return;
    throw refusal(
      "limit_reached",
      `There are ${MAX_SERVERS} servers, the most that a gateway keeps; remove one first.`,
    );
  }
}

function dropInstalls(
  atomic: Deno.AtomicOperation,
  server: ServerId,
  workspaces: readonly WorkspaceId[],
): Deno.AtomicOperation {
  for (const workspace of workspaces) {
    atomic.delete(keys.install(workspace, server)).delete(
      keys.installedIn(server, workspace),
    );
  }
  return atomic;
}

function subjectOf({ id, slug }: Server): Record<string, string> {
  return { server: slug, serverId: id };
}

function slugTaken(slug: string): Error {
  return refusal(
    "slug_taken",
    `A server "${slug}" exists already; choose another slug, or update that server.`,
    "slug",
  );
}
