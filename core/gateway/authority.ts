import { GatewayError } from "../errors.ts";
import type { WorkspaceId } from "../ids.ts";
import { keys } from "../kv/keys.ts";
import type { SharedReads } from "../kv/shared_reads.ts";
import { type Token, tokenStatus } from "../tokens/token.ts";
import { hashToken, isWellFormed } from "../tokens/token_text.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { Snapshot, type SnapshotSources } from "./snapshot.ts";

/** Who may do what: the proof that a call passed. */
export interface Access {
  token: Token;
  snapshot: Snapshot;
}

/** How many workspaces one process keeps snapshots of. */
const MAX_SNAPSHOTS = 1_000;

/**
 * Decides who may call a workspace.
 *
 * Each decision reads the workspace's epoch, in a read that began after the
 * question, and nothing else from the store while that epoch is the cached one.
 */
export class Authority {
  readonly #workspaces: WorkspaceStore;
  readonly #sources: SnapshotSources;
  readonly #reads: SharedReads;
  readonly #now: () => Date;
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #loading = new Map<string, Promise<Snapshot | null>>();

  constructor(deps: {
    workspaces: WorkspaceStore;
    sources: SnapshotSources;
    reads: SharedReads;
    now: () => Date;
  }) {
    this.#workspaces = deps.workspaces;
    this.#sources = deps.sources;
    this.#reads = deps.reads;
    this.#now = deps.now;
  }

  /**
   * Lets a bearer of the `Authorization` header into a workspace.
   *
   * Throws `unauthorized`, the same for every reason: no token, a malformed, unknown,
   * foreign, expired or revoked one, and no such workspace.
   */
  authenticate(slug: string, authorization: string | null): Promise<Access> {
    const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    if (bearer === undefined) return refuse("no bearer token");
    if (!isWellFormed(bearer)) return refuse("a malformed token");
    return this.authenticateHash(slug, hashToken(bearer));
  }

  /** The same for a token whose hash is known already: that of an open stream. */
  async authenticateHash(slug: string, hash: string): Promise<Access> {
    const snapshot = await this.#fresh(slug);
    if (snapshot === null) return refuse("an unknown workspace");

    const token = await snapshot.token(hash);
    if (token === null) return refuse("an unknown token");
    if (token.workspaceId !== snapshot.workspace.id) return refuse("a foreign token");

    const status = tokenStatus(token, this.#now());
    return status === "active" ? { token, snapshot } : refuse(`a token that is ${status}`);
  }

  /** A snapshot that is not older than this call; `null` for an unknown workspace. */
  async #fresh(slug: string): Promise<Snapshot | null> {
    const cached = this.#snapshots.get(slug);
    if (cached === undefined) return await this.#load(slug);

    const { id } = cached.workspace;
    const epoch = await this.#epoch(id);
    if (epoch === cached.epoch) return cached;

    const underWay = await this.#loading.get(slug);
    const isNewEnough = underWay?.workspace.id === id && underWay.epoch >= epoch;
    return isNewEnough ? underWay : await this.#load(slug);
  }

  /** Loads anew; calls that come meanwhile may share it if its epoch is theirs. */
  async #load(slug: string): Promise<Snapshot | null> {
    const loading = this.#read(slug);
    this.#loading.set(slug, loading);

    try {
      const snapshot = await loading;
      this.#keep(slug, snapshot);
      return snapshot;
    } finally {
      if (this.#loading.get(slug) === loading) this.#loading.delete(slug);
    }
  }

  async #read(slug: string): Promise<Snapshot | null> {
    const workspace = await this.#workspaces.findBySlug(slug);
    if (workspace === null) return null;

    // The epoch first: what is read after it is at least as new as it says.
    const epoch = await this.#epoch(workspace.id);
    const again = await this.#workspaces.findBySlug(slug);
    if (again?.id !== workspace.id) return null;
    return await Snapshot.load(again, epoch, this.#sources);
  }

  async #epoch(id: WorkspaceId): Promise<bigint> {
    const entry = await this.#reads.get<Deno.KvU64>(keys.epoch(id));
    return entry.value?.value ?? 0n;
  }

  #keep(slug: string, snapshot: Snapshot | null): void {
    const known = this.#snapshots.get(slug);
    const isOlder = snapshot !== null && known?.workspace.id === snapshot.workspace.id &&
      known.epoch > snapshot.epoch;
    if (isOlder) return;

    this.#snapshots.delete(slug);
    if (snapshot === null) return;
    const oldest = this.#snapshots.keys().next();
    if (this.#snapshots.size >= MAX_SNAPSHOTS && !oldest.done) this.#snapshots.delete(oldest.value);
    this.#snapshots.set(slug, snapshot);
  }
}

function refuse(why: string): Promise<never> {
  return Promise.reject(new GatewayError("unauthorized", `Refused ${why}`));
}
