import type { Era } from "../calls/call.ts";
import type { JsonObject } from "../mcp/message.ts";
import type { Changeable } from "../mcp/list_changes.ts";
import type { ListKind } from "../mcp/methods.ts";
import type { ServerId } from "../ids.ts";
import { type ComparedPages, readPages } from "./list_pages.ts";
import type { Connector } from "./connector.ts";
import { NameIndex } from "./name_index.ts";
import { forwardedKey, targetFor } from "./request_headers.ts";
import type { Caller, Target } from "./upstream.ts";

/** How one server's list is asked for. */
export interface ListQuery {
  target: Target;
  caller: Caller;
  kind: ListKind;
  signal: AbortSignal;
}

/** Tells how often a server's lists changed, on whichever process that was heard. */
export interface ListVersions {
  read(server: ServerId): Promise<bigint>;
}

/** Compares each list that was read with the definitions that are pinned. */
export interface ListComparing {
  /** Never throws; gives the revision of the pins that the list was compared with. */
  compare(
    server: Pick<Target, "id" | "slug">,
    kind: ListKind,
    items: readonly JsonObject[],
    isWhole: boolean,
  ): Promise<number>;
}

interface Entry {
  serverId: ServerId;
  kind: ListKind;
  pages: Promise<ComparedPages>;
  /** How often the server's lists had changed before it was read. */
  version: bigint;
  /** `null` while it is being read. */
  goodUntilMs: number | null;
  items: number;
  chars: number;
}

/** The longest that a list is kept, whatever its server allows. */
const KEEP_MS = 5 * 60_000;
/** How long a legacy server's list is kept when nobody would hear of its change. */
const UNWATCHED_MS = 5_000;
const MAX_ENTRIES = 2_000;
const MAX_ITEMS = 200_000;
const MAX_CHARS = 256 * 1024 * 1024;

/**
 * The lists of servers, each read once for all who may share it.
 *
 * A modern server's list is the same for every member, since none of them has a
 * connection of its own. A legacy one may differ from session to session, so it is kept
 * for its session alone. Capabilities and everything that an admin configures are part of
 * the key; `list_changed` throws away what it is about.
 */
export class ListCache {
  /** What the lists that were read say of single tools and prompts. */
  readonly names: NameIndex;
  readonly #connector: Connector;
  readonly #versions: ListVersions;
  readonly #comparing: ListComparing;
  readonly #now: () => Date;
  readonly #entries = new Map<string, Entry>();
  readonly #watched = new Set<string>();
  #items = 0;
  #chars = 0;

  constructor(deps: {
    connector: Connector;
    versions: ListVersions;
    comparing: ListComparing;
    now: () => Date;
  }) {
    const { connector, versions, comparing, now } = deps;
    this.names = new NameIndex(now);
    this.#connector = connector;
    this.#versions = versions;
    this.#comparing = comparing;
    this.#now = now;
  }

  /**
   * All items of a server's list, every page of it. Throws `upstream_failed` and
   * `upstream_timeout`, also for an answer that is no list.
   */
  async list(query: ListQuery): Promise<ComparedPages> {
    const version = await this.#versions.read(query.target.id);
    const key = this.#keyOf(query);
    const known = this.#entries.get(key);
    const isGood = known !== undefined && known.version >= version &&
      (known.goodUntilMs === null || known.goodUntilMs > this.#now().getTime());
    const { pages } = isGood ? known : this.#read(key, query, version);
    return await unlessAborted(pages, query.signal);
  }

  /** Throws away what is known of a list of a server; templates go with the resources. */
  forget(serverId: ServerId, list: Changeable): void {
    this.names.outdate(serverId, list);
    for (const [key, entry] of this.#entries) {
      const isMeant = entry.kind === list ||
        (entry.kind === "resourceTemplates" && list === "resources");
      if (entry.serverId === serverId && isMeant) this.#drop(key, entry);
    }
  }

  /** Says whether a change of this server's lists would be heard of. */
  setWatched(target: Target, isWatched: boolean): void {
    if (isWatched) this.#watched.add(target.fingerprint);
    else this.#watched.delete(target.fingerprint);
  }

  #read(key: string, query: ListQuery, version: bigint): Entry {
    const entry: Entry = {
      serverId: query.target.id,
      kind: query.kind,
      pages: this.#readAll(query),
      version,
      goodUntilMs: null,
      items: 0,
      chars: 0,
    };
    this.#entries.set(key, entry);
    entry.pages.then(
      (pages) => this.#keep(key, entry, query, pages),
      () => this.#drop(key, entry),
    );
    return entry;
  }

  async #readAll(query: ListQuery): Promise<ComparedPages> {
    const pages = await readPages(this.#connector, query);
    const { target, kind } = query;
    const pinRevision = await this.#comparing.compare(target, kind, pages.items, true);
    return { ...pages, pinRevision };
  }

  #keep(key: string, entry: Entry, query: ListQuery, pages: ComparedPages): void {
    const { target, caller, kind } = query;
    this.names.remember(targetFor(target, caller), kind, pages.items, pages.pinRevision);
    // A change that was told meanwhile has thrown it away: it may be older than that.
    if (this.#entries.get(key) !== entry) return;
    const unwatchedMs = this.#watched.has(target.fingerprint) ? KEEP_MS : UNWATCHED_MS;
    const keepMs = Math.min(KEEP_MS, pages.route === "modern" ? pages.ttlMs : unwatchedMs);
    entry.goodUntilMs = this.#now().getTime() + keepMs;
    entry.items = pages.items.length;
    entry.chars = pages.chars;
    this.#items += entry.items;
    this.#chars += entry.chars;
    this.#makeRoom(entry);
  }

  #makeRoom(newest: Entry): void {
    for (const [key, entry] of this.#entries) {
      const isFull = this.#items > MAX_ITEMS || this.#chars > MAX_CHARS ||
        this.#entries.size > MAX_ENTRIES;
      if (!isFull) return;
      if (entry !== newest) this.#drop(key, entry);
    }
  }

  #drop(key: string, entry: Entry): void {
    if (this.#entries.get(key) !== entry) return;
    this.#entries.delete(key);
    this.#items -= entry.items;
    this.#chars -= entry.chars;
  }

  #keyOf({ target, caller, kind }: ListQuery): string {
    const { era, client, memberId, sessionKey } = caller;
    const owner = this.#isShared(target, era) ? null : [memberId, sessionKey];
    const forwarded = forwardedKey(targetFor(target, caller));
    return JSON.stringify([target.fingerprint, kind, era, client.capabilities, owner, forwarded]);
  }

  #isShared(target: Target, era: Era): boolean {
    return this.#connector.knownRoute(target, era) === "modern";
  }
}

/** Waits for what others may wait for too: one who leaves does not end it for them. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
