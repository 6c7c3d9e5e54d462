import { GatewayError } from "../errors.ts";
import type { WorkspaceId } from "../ids.ts";
import { keys } from "../kv/keys.ts";
import type { SharedReads } from "../kv/shared_reads.ts";
import { type Token, tokenStatus } from "../tokens/token.ts";
import { hashToken, isWellFormed } from "../tokens/token_text.ts";
import type { Target } from "../upstream/upstream.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { Snapshot, type SnapshotSources } from "./snapshot.ts";

/** Who may do what: the proof that a call passed. */
export interface Access extends Current {
  token: Token;
}

/** What held in a workspace at some time after it was asked for. */
interface Current {
  snapshot: Snapshot;
  /** How many legacy sessions had been ended in the workspace. */
  sessionsEnded: bigint;
}

/** How many workspaces one process keeps snapshots of. */
const MAX_SNAPSHOTS = 1_000;

/**
 * Decides who may call a workspace.
 *
 * Each decision reads the workspace's two counters, in one read that began after the
 * question, and nothing else from the store while the epoch is the cached one.
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
    const current = await this.#current(slug);
    if (current === null) return refuse("an unknown workspace");

    const { snapshot } = current;
    const token = await snapshot.token(hash);
    if (token === null) return refuse("an unknown token");
    if (token.workspaceId !== snapshot.workspace.id) return refuse("a foreign token");

    const status = tokenStatus(token, this.#now());
    return status === "active" ? { ...current, token } : refuse(`a token that is ${status}`);
  }

  /**
   * An installed server with its secrets, as it is now. Throws `unauthorized` as
   * {@linkcode authenticateHash} does, and `not_found` when it is not installed.
   */
  async targetOf(slug: string, hash: string, server: string): Promise<Target> {
    const { snapshot } = await this.authenticateHash(slug, hash);
    const installed = snapshot.servers.get(server);
    if (installed === undefined) {
      throw new GatewayError("not_found", `Server "${server}" is not installed in "${slug}"`);
    }
    return await snapshot.target(installed);
  }

  /** What is not older than this call; `null` for an unknown workspace. */
  async #current(slug: string): Promise<Current | null> {
    const known = this.#snapshots.get(slug) ?? await this.#firstLoad(slug);
    if (known === null) return null;

    const { id } = known.workspace;
    const { epoch, sessionsEnded } = await this.#counters(id);
    if (epoch === known.epoch) return { snapshot: known, sessionsEnded };

    const snapshot = await this.#renewed(slug, id, epoch);
    if (snapshot === null) return null;
    // Another workspace has the slug now, with counters of its own.
    const isOther = snapshot.workspace.id !== id;
    const ended = isOther ? (await this.#counters(snapshot.workspace.id)).sessionsEnded : null;
    return { snapshot, sessionsEnded: ended ?? sessionsEnded };
  }

  /** Waits with others, whose snapshot may be older than this call: its epoch will tell. */
  async #firstLoad(slug: string): Promise<Snapshot | null> {
    const underWay = this.#loading.get(slug);
    if (underWay === undefined) return await this.#load(slug);
    return await underWay.catch(() => null) ?? await this.#load(slug);
  }

  /** A snapshot of this epoch or a later one, loaded once for all who need it. */
  async #renewed(slug: string, id: WorkspaceId, epoch: bigint): Promise<Snapshot | null> {
    while (true) {
      const kept = this.#snapshots.get(slug);
      if (kept?.workspace.id === id && kept.epoch >= epoch) return kept;

      const underWay = this.#loading.get(slug);
      if (underWay === undefined) return await this.#load(slug);
      // It may have begun before the epoch moved; look again at what it leaves.
      await underWay.catch(() => null);
    }
  }

  /** Loads anew; calls that come meanwhile may wait for it. */
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
    const { epoch } = await this.#counters(workspace.id);
    const again = await this.#workspaces.findBySlug(slug);
    if (again?.id !== workspace.id) return null;
    return await Snapshot.load(again, epoch, this.#sources);
  }

  async #counters(id: WorkspaceId): Promise<{ epoch: bigint; sessionsEnded: bigint }> {
    const both = [keys.epoch(id), keys.sessionsEnded(id)];
    const [epoch, sessionsEnded] = await this.#reads.getMany<Deno.KvU64>(both);
    return { epoch: epoch.value?.value ?? 0n, sessionsEnded: sessionsEnded.value?.value ?? 0n };
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
