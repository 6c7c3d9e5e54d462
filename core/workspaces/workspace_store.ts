import { refusal } from "../errors.ts";
import { WorkspaceId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listPage, type Page, type PageQuery } from "../kv/pages.ts";
import { getAll, listRecords, parseEntry, parseRecord } from "../kv/records.ts";
import { Slug } from "../slug.ts";
import { Install, Workspace } from "./workspace.ts";

/** The most workspaces that one gateway keeps. */
export const MAX_WORKSPACES = 1_000;

/** Keeps the workspaces. */
export class WorkspaceStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** The workspace of this id, or `null`. */
  async get(id: WorkspaceId): Promise<Workspace | null> {
    return parseEntry(Workspace, await this.#kv.get(keys.workspace(id)));
  }

  /** The workspaces of these ids that are there, in the order of the ids. */
  async getMany(ids: readonly WorkspaceId[]): Promise<Workspace[]> {
    const entries = await getAll(this.#kv, ids.map(keys.workspace));
    return entries.map((entry) => parseEntry(Workspace, entry))
      .filter((workspace) => workspace !== null);
  }

  /** The workspace of this slug, or `null`. */
  async findBySlug(slug: string): Promise<Workspace | null> {
    if (!Slug.safeParse(slug).success) return null;
    const id = parseEntry(
      WorkspaceId,
      await this.#kv.get(keys.workspaceBySlug(slug)),
    );
    return id === null ? null : await this.get(id);
  }

  /** A page of workspaces, by slug. */
  async list(query: PageQuery): Promise<Page<Workspace>> {
    const page = await listPage(this.#kv, prefixes.workspaceSlugs, query);
    const ids = page.items.map((entry) => parseRecord(WorkspaceId, entry));
    return { items: await this.getMany(ids), nextCursor: page.nextCursor };
  }

  /** Adds a workspace. Throws `slug_taken` and, past 1,000, `limit_reached`. */
  async add(workspace: Workspace): Promise<void> {
    await this.#refuseWhenFull();
    const { id, slug } = workspace;
    const slugKey = keys.workspaceBySlug(slug);

    await commitWithRetry(`create workspace "${slug}"`, async () => {
      const taken = await this.#kv.get(slugKey);
      if (taken.versionstamp !== null) throw slugTaken(slug);
      const atomic = this.#kv.atomic().check(taken)
        .set(slugKey, id)
        .set(keys.workspace(id), workspace);
      return { atomic: touchWorkspaces(atomic, [id]), result: undefined };
    });
  }

  /**
   * Removes a workspace with its installs; `false` when it was gone already.
   *
   * `allow` is asked in every attempt, after the workspace was read, and throws
   * to refuse. Nothing can be added to the workspace between that and the
   * commit. Tokens of a workspace that is gone open nothing; the token store
   * clears them away.
   */
  remove(
    { id, slug }: Workspace,
    allow: () => Promise<void> = () => Promise.resolve(),
  ): Promise<boolean> {
    return commitWithRetry(`remove workspace "${slug}"`, async () => {
      const entry = await this.#kv.get(keys.workspace(id));
      if (entry.versionstamp === null) return { atomic: null, result: false };
      await allow();

      const atomic = this.#kv.atomic().check(entry)
        .delete(keys.workspace(id))
        .delete(keys.workspaceBySlug(slug));
      for (const { serverId } of await this.#installs(id)) {
        atomic.delete(keys.install(id, serverId)).delete(
          keys.installedIn(serverId, id),
        );
      }
      return { atomic: touchWorkspaces(atomic, [id]), result: true };
    });
  }

  #installs(id: WorkspaceId): Promise<Install[]> {
    return listRecords(this.#kv, Install, prefixes.installs(id));
  }

  async #refuseWhenFull(): Promise<void> {
    const page = await listPage(this.#kv, prefixes.workspaceSlugs, {
      limit: MAX_WORKSPACES,
      cursor: null,
    });
    if (page.items.length < MAX_WORKSPACES) return;
    throw refusal(
      "limit_reached",
      `There are ${MAX_WORKSPACES} workspaces, the most that a gateway keeps; remove one first.`,
    );
  }
}

function slugTaken(slug: string): Error {
  return refusal(
    "slug_taken",
    `A workspace "${slug}" exists already; choose another slug.`,
    "slug",
  );
}
