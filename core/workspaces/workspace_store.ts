import type { Actor } from "../audit/actor.ts";
import { changesExcept } from "../audit/audit_entry.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import { refusal } from "../errors.ts";
import { WorkspaceId } from "../ids.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listPage, type Page, type PageQuery } from "../kv/pages.ts";
import { getAll, listRecords, parseEntry, parseRecord } from "../kv/records.ts";
import { Slug } from "../slug.ts";
import { Install, Workspace } from "./workspace.ts";

/** The most workspaces that one gateway keeps. */
export const MAX_WORKSPACES = 1_000;

/** Fields that say nothing of what somebody changed. */
const UNAUDITED = ["id", "slug", "createdAt"];

/** Keeps the workspaces. */
export class WorkspaceStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;

  constructor(kv: Deno.Kv, audit: AuditStore) {
    this.#kv = kv;
    this.#audit = audit;
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

  /** All workspaces, by slug; at most 1,000. */
  async listAll(): Promise<Workspace[]> {
    const workspaces = await listRecords(this.#kv, Workspace, prefixes.workspaces);
    return workspaces.sort((a, b) => a.slug < b.slug ? -1 : 1);
  }

  /** A page of workspaces, by slug. */
  async list(query: PageQuery): Promise<Page<Workspace>> {
    const page = await listPage(this.#kv, prefixes.workspaceSlugs, query);
    const ids = page.items.map((entry) => parseRecord(WorkspaceId, entry));
    return { items: await this.getMany(ids), nextCursor: page.nextCursor };
  }

  /** Adds a workspace. Throws `slug_taken` and, past 1,000, `limit_reached`. */
  async add(by: Actor, workspace: Workspace): Promise<void> {
    await this.#refuseWhenFull();
    const { id, slug } = workspace;
    const slugKey = keys.workspaceBySlug(slug);

    await this.#audit.commit(by, `create workspace "${slug}"`, async () => {
      const taken = await this.#kv.get(slugKey);
      if (taken.versionstamp !== null) throw slugTaken(slug);
      const atomic = this.#kv.atomic().check(taken)
        .set(slugKey, id)
        .set(keys.workspace(id), workspace);
      const entry = {
        action: "workspace.create",
        subject: subjectOf(workspace),
        changes: changesExcept(null, workspace, UNAUDITED),
      };
      return { atomic: touchWorkspaces(atomic, [id]), result: undefined, entry };
    });
  }

  /**
   * Stores what `change` makes of a workspace, and gives it; `null` when it is gone. The
   * slug and the id stay as they are. What changes nothing is not stored.
   */
  update(
    by: Actor,
    action: `workspace.${string}`,
    id: WorkspaceId,
    change: (workspace: Workspace) => Workspace,
  ): Promise<Workspace | null> {
    return this.#audit.commit(by, `change workspace "${id}"`, async () => {
      const stored = await this.#kv.get(keys.workspace(id));
      const workspace = parseEntry(Workspace, stored);
      if (workspace === null) return { atomic: null, result: null };

      const result = { ...change(workspace), id, slug: workspace.slug };
      const changes = changesExcept(workspace, result, UNAUDITED);
      if (Object.keys(changes).length === 0) return { atomic: null, result: workspace };
      const entry = { action, subject: subjectOf(workspace), changes };
      const atomic = this.#kv.atomic().check(stored).set(stored.key, result);
      return { atomic: touchWorkspaces(atomic, [id]), result, entry };
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
    by: Actor,
    workspace: Workspace,
    allow: () => Promise<void> = () => Promise.resolve(),
  ): Promise<boolean> {
    const { id, slug } = workspace;
    return this.#audit.commit(by, `remove workspace "${slug}"`, async () => {
      const stored = await this.#kv.get(keys.workspace(id));
      if (stored.versionstamp === null) return { atomic: null, result: false };
      await allow();

      const atomic = this.#kv.atomic().check(stored)
        .delete(keys.workspace(id))
        .delete(keys.workspaceBySlug(slug))
        // Nobody opens the arguments that were kept of its calls any more.
        .delete(keys.argumentKey(id));
      const installs = await this.#installs(id);
      for (const { serverId } of installs) {
        atomic.delete(keys.install(id, serverId)).delete(
          keys.installedIn(serverId, id),
        );
      }
      const removed = { ...workspace, servers: installs.map(({ serverId }) => serverId) };
      const entry = {
        action: "workspace.remove",
        subject: subjectOf(workspace),
        changes: changesExcept(removed, null, UNAUDITED),
      };
      return { atomic: touchWorkspaces(atomic, [id]), result: true, entry };
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

function subjectOf({ id, slug }: Workspace): Record<string, string> {
  return { workspace: slug, workspaceId: id };
}

function slugTaken(slug: string): Error {
  return refusal(
    "slug_taken",
    `A workspace "${slug}" exists already; choose another slug.`,
    "slug",
  );
}
