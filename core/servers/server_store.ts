import { refusal } from "../errors.ts";
import { ServerId, type WorkspaceId } from "../ids.ts";
import { commitWithRetry, type Prepared } from "../kv/commit.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listPage, type Page, type PageQuery } from "../kv/pages.ts";
import { getAll, parseEntry, parseRecord } from "../kv/records.ts";
import { Slug } from "../slug.ts";
import { listWorkspacesOf } from "../workspaces/install_store.ts";
import { Server } from "./server.ts";

/** The most servers that one gateway keeps. */
export const MAX_SERVERS = 1_000;

/** Installs whose two keys fit into a commit beside what else a removal writes. */
const INSTALLS_PER_COMMIT = 200;

/** What became of the wish to remove a server, and where it was installed. */
export interface ServerRemoval {
  outcome: "removed" | "in_use" | "gone";
  usedBy: WorkspaceId[];
}

/** Keeps the registered servers. */
export class ServerStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
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

  /** Adds a server. Throws `slug_taken` and, past 1,000 servers, `limit_reached`. */
  async add(server: Server): Promise<void> {
    await this.#refuseWhenFull();
    const slugKey = keys.serverBySlug(server.slug);

    await commitWithRetry(`register server "${server.slug}"`, async () => {
      const taken = await this.#kv.get(slugKey);
      if (taken.versionstamp !== null) throw slugTaken(server.slug);
      const atomic = this.#kv.atomic().check(taken)
        .set(slugKey, server.id)
        .set(keys.server(server.id), server);
      return { atomic, result: undefined };
    });
  }

  /**
   * Stores what `change` makes of the server, and gives it; `null` when the
   * server is gone. The slug and the id stay as they are.
   */
  update(
    id: ServerId,
    change: (server: Server) => Server,
  ): Promise<Server | null> {
    return commitWithRetry(`update server "${id}"`, async () => {
      const entry = await this.#kv.get(keys.server(id));
      const server = parseEntry(Server, entry);
      if (server === null) return { atomic: null, result: null };

      const result = { ...change(server), id, slug: server.slug };
      const atomic = this.#kv.atomic().check(entry).set(entry.key, result);
      touchWorkspaces(atomic, await listWorkspacesOf(this.#kv, id));
      return { atomic, result };
    });
  }

  /**
   * Removes a server with its secrets, and its installs when `force` says so.
   *
   * The first commit ends every access to it; installs that do not fit into
   * that commit follow, and lead nowhere meanwhile.
   */
  async remove(server: Server, force: boolean): Promise<ServerRemoval> {
    const doing = `remove server "${server.slug}"`;
    const removal = await commitWithRetry(
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
    { id, slug }: Server,
    force: boolean,
  ): Promise<Prepared<ServerRemoval>> {
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
    for await (
      const secret of this.#kv.list({ prefix: prefixes.secrets(id) })
    ) {
      atomic.delete(secret.key);
    }
    dropInstalls(atomic, id, usedBy.slice(0, INSTALLS_PER_COMMIT));
    return {
      atomic: touchWorkspaces(atomic, usedBy),
      result: { outcome: "removed", usedBy },
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

function slugTaken(slug: string): Error {
  return refusal(
    "slug_taken",
    `A server "${slug}" exists already; choose another slug, or update that server.`,
    "slug",
  );
}
