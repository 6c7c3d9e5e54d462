import { asGatewayError, GatewayError, refusal } from "../errors.ts";
import type { WorkspaceId } from "../ids.ts";
import { keys } from "../kv/keys.ts";
import { memberKeyOf } from "../members/member_key.ts";
import type { SharedReads } from "../kv/shared_reads.ts";
import type { LookUpCosts } from "../limits/look_up_costs.ts";
import { disabledError } from "../servers/disabling.ts";
import type { Server } from "../servers/server.ts";
import { type Token, tokenStatus } from "../tokens/token.ts";
import { hashToken, isWellFormed } from "../tokens/token_text.ts";
import type { Target } from "../upstream/upstream.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { RefusedToken, type RefusedTokens } from "./refused_tokens.ts";
import { Snapshot, type SnapshotSources } from "./snapshot.ts";
import { SnapshotCache } from "./snapshot_cache.ts";

/** How long a refusal takes at least of what could be a token; commits are faster. */
const REFUSAL_MS = 25;

/** Who may do what: the proof that a call passed. */
export interface Access extends Current {
  token: Token;
}

/** An installed server as the one who was let in reaches it. Throws `secret_missing`. */
export function memberTarget(
  { snapshot, token }: Pick<Access, "snapshot" | "token">,
  server: Server,
): Promise<Target> {
  return snapshot.target(server, memberKeyOf(token));
}

/** What held in a workspace at some time after it was asked for. */
interface Current {
  snapshot: Snapshot;
  /** How many legacy sessions had been ended in the workspace. */
  sessionsEnded: bigint;
}

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
  readonly #lookUps: LookUpCosts;
  readonly #refused: RefusedTokens;
  readonly #now: () => Date;
  readonly #snapshots: SnapshotCache;
  readonly #loading = new Map<string, Promise<Snapshot | null>>();

  constructor(deps: {
    workspaces: WorkspaceStore;
    sources: SnapshotSources;
    reads: SharedReads;
    lookUps: LookUpCosts;
    refused: RefusedTokens;
    now: () => Date;
  }) {
    this.#workspaces = deps.workspaces;
    this.#sources = deps.sources;
    this.#reads = deps.reads;
    this.#lookUps = deps.lookUps;
    this.#refused = deps.refused;
    this.#now = deps.now;
    this.#snapshots = new SnapshotCache(deps.now);
  }

  /**
   * Lets a bearer of the `Authorization` header into a workspace.
   *
   * Throws `unauthorized`, the same for every reason: no token, a malformed, unknown,
   * foreign, expired or revoked one, and no such workspace, or a disabled one. Throws
   * `too_many` for an address from where too many such tokens come.
   *
   * A token that opened something once is on the record before it is refused. All that could
   * be one are refused after the same time, which is longer than a commit takes, so that nobody
   * finds out by the clock which of them is known.
   */
  async authenticate(
    slug: string,
    authorization: string | null,
    address: string | null = null,
  ): Promise<Access> {
    const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    if (bearer === undefined) return refuse("no bearer token");
    if (!isWellFormed(bearer)) return refuse("a malformed token");
    const hash = hashToken(bearer);
    const id = `${slug} ${hash}`;

    try {
      return await this.#lookUps.run(address, id, () => this.authenticateHash(slug, hash));
    } catch (error) {
      if (asGatewayError(error).code === "unauthorized") {
        await Promise.all([pause(REFUSAL_MS), this.noteRefused(error)]);
      }
      throw error;
    }
  }

  /** Puts the refusal of a token that is known on the record; nothing happens for any other. */
  async noteRefused(error: unknown): Promise<void> {
    if (error instanceof RefusedToken) await this.#refused.note(error);
  }

  /** The same for a token whose hash is known already: that of an open stream. */
  async authenticateHash(slug: string, hash: string): Promise<Access> {
    const current = await this.#current(slug);
    if (current === null) return refuse("an unknown workspace");

    const { snapshot: { workspace }, snapshot } = current;
    const token = await snapshot.token(hash);
    if (token === null) return refuse("an unknown token");
    if (token.workspaceId !== workspace.id) return await this.#refuseForeign(token);

    const status = tokenStatus(token, this.#now());
    if (status !== "active") throw new RefusedToken(token, workspace, `token_${status}`);
    const isClosed = workspace.disabledAt !== null;
    if (isClosed) throw new RefusedToken(token, workspace, "workspace_disabled");
    return { ...current, token };
  }

  /**
   * An installed server with its secrets, as it is now. Throws `unauthorized` as
   * {@linkcode authenticateHash} does, `not_found` when it is not installed,
   * `server_disabled` and `secret_missing`.
   */
  async targetOf(slug: string, hash: string, server: string): Promise<Target> {
    const { snapshot, token } = await this.authenticateHash(slug, hash);
    const installed = snapshot.servers.get(server);
    if (installed === undefined) throw notCallable(snapshot, server);
    return await memberTarget({ snapshot, token }, installed);
  }

  /**
   * Why a server that could be called may not be any more: it is disabled, uninstalled or
   * removed; `null` while it may. Throws `unauthorized`.
   */
  async faultOf(
    slug: string,
    hash: string,
    server: Pick<Server, "id" | "slug">,
  ): Promise<GatewayError | null> {
    const { snapshot } = await this.authenticateHash(slug, hash);
    const isCallable = snapshot.servers.get(server.slug)?.id === server.id;
    return isCallable ? null : notCallable(snapshot, server.slug);
  }

  /**
   * Forgets the opened secrets of workspaces that changed, or that nobody used for a while.
   *
   * Every call does so for its own workspace; this is for those that nobody calls. Never
   * rejects: what cannot be looked at is forgotten.
   */
  async sweep(): Promise<void> {
    await Promise.all(
      this.#snapshots.takeUnused().map(async ([slug, snapshot]) => {
        const counters = await this.#counters(snapshot.workspace.id).catch(() => null);
        if (counters?.epoch === snapshot.epoch) return;
        if (this.#snapshots.peek(slug) === snapshot) this.#snapshots.drop(slug);
      }),
    );
  }

  /** It goes on the record of the workspace that it belongs to, while there is one. */
  async #refuseForeign(token: Token): Promise<never> {
    const home = await this.#workspaces.get(token.workspaceId);
    if (home === null) return await refuse("a token of a workspace that was removed");
    throw new RefusedToken(token, home, "wrong_workspace");
  }

  /** What is not older than this call; `null` for an unknown workspace. */
  async #current(slug: string): Promise<Current | null> {
    const known = this.#snapshots.use(slug) ?? await this.#firstLoad(slug);
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
      const kept = this.#snapshots.peek(slug);
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
      this.#snapshots.keep(slug, snapshot);
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
}

/** Why a server cannot be called that is not among those that can. */
export function notCallable(
  { disabled }: Pick<Snapshot, "disabled">,
  slug: string,
): GatewayError {
  const known = disabled.get(slug);
  if (known !== undefined) return disabledError(known);
  return refusal("not_found", `Server "${slug}" is not installed in this workspace`);
}

function refuse(why: string): Promise<never> {
  return Promise.reject(new GatewayError("unauthorized", `Refused ${why}`));
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
