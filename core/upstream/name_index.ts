import { factsOf, type ItemFacts } from "../definitions/definition_hash.ts";
import type { ServerId } from "../ids.ts";
import type { ListKind } from "../mcp/methods.ts";
import { isObject, type JsonObject } from "../mcp/message.ts";
import type { Naming } from "../mcp/naming.ts";
import { type ParamHeader, paramHeaders } from "../mcp/param_headers.ts";
import { forwardedKey } from "./request_headers.ts";
import type { Target } from "./upstream.ts";

/** What is known of one tool or prompt when it is called. */
export interface KnownName {
  /** Its own name at its server. */
  own: string;
  /** The arguments that a modern server wants mirrored into headers. */
  paramHeaders: readonly ParamHeader[];
  /** Whether its server says that calling it twice does no harm. */
  isRepeatable: boolean;
  /** What rules need to know of it; `undefined` where no list tells. */
  facts: ItemFacts | undefined;
}

/** The kinds of things that have names. */
export type NamedKind = Extract<ListKind, "tools" | "prompts">;

interface Entry {
  serverId: ServerId;
  byOwnName: ReadonlyMap<string, KnownName>;
  /** Own names by exposed ones, for each naming that was asked for. */
  exposed: Map<Naming, ReadonlyMap<string, string>>;
  goodUntilMs: number;
  /** The revision of the server's pins that the list was compared with. */
  pinRevision: number;
  /** Whether the server has said since that its list changed. */
  isOutdated: boolean;
}

const KEEP_MS = 5 * 60_000;
const MAX_ENTRIES = 2_000;
/** Callers who vary the headers that a server gets must not fill the memory. */
const MAX_NAMES = 200_000;

/**
 * Remembers what the lists said of each tool and prompt, for the calls that follow: of
 * callers who send a server the same secrets and the same headers.
 *
 * Only a list tells what a shortened name stands for, which arguments travel in headers,
 * and what may be asked for again.
 */
export class NameIndex {
  readonly #now: () => Date;
  readonly #maxNames: number;
  readonly #entries = new Map<string, Entry>();
  #names = 0;

  constructor(now: () => Date, { maxNames = MAX_NAMES } = {}) {
    this.#now = now;
    this.#maxNames = maxNames;
  }

  /** Takes over what a server's list says; lists of things without names are passed over. */
  remember(
    target: Target,
    kind: ListKind,
    items: readonly JsonObject[],
    pinRevision: number,
  ): void {
    if (kind !== "tools" && kind !== "prompts") return;
    const facts = factsOf(items);
    const byOwnName = new Map(
      items.flatMap((item) =>
        typeof item.name === "string" ? [[item.name, knownOf(item, facts.get(item.name))]] : []
      ),
    );
    const key = keyOf(target, kind);
    this.#drop(key);
    this.#names += byOwnName.size;
    this.#entries.set(key, {
      serverId: target.id,
      pinRevision,
      isOutdated: false,
      byOwnName,
      exposed: new Map(),
      goodUntilMs: this.#now().getTime() + KEEP_MS,
    });
    this.#makeRoom(key);
  }

  /** A server says that its list changed: rules no longer go by what is remembered of it. */
  outdate(serverId: ServerId, kind: ListKind): void {
    for (const [key, entry] of this.#entries) {
      if (entry.serverId === serverId && key.startsWith(`${kind} `)) entry.isOutdated = true;
    }
  }

  /** Whether rules may go by what is remembered, at this revision of the pins or a later one. */
  isCurrent(target: Target, kind: NamedKind, pinRevision: number | null): boolean {
    const entry = this.#entries.get(keyOf(target, kind));
    return entry !== undefined && entry.goodUntilMs > this.#now().getTime() &&
      !entry.isOutdated && entry.pinRevision >= (pinRevision ?? entry.pinRevision);
  }

  /** Whether the list that is remembered was compared with older pins than these. */
  isOlderThan(target: Target, kind: NamedKind, pinRevision: number | null): boolean {
    const entry = this.#entries.get(keyOf(target, kind));
    return entry !== undefined && pinRevision !== null && entry.pinRevision < pinRevision;
  }

  /** What is known by an exposed name; `undefined` = the server's list is not remembered. */
  find(
    target: Target,
    kind: NamedKind,
    naming: Naming,
    exposed: string,
  ): KnownName | null | undefined {
    const entry = this.#entries.get(keyOf(target, kind));
    if (entry === undefined || entry.goodUntilMs <= this.#now().getTime()) return undefined;
    if (naming.isPlain) return entry.byOwnName.get(exposed) ?? null;

    const names = entry.exposed.get(naming) ??
      naming.names(target.slug, [...entry.byOwnName.keys()]);
    entry.exposed.set(naming, names);
    const own = names.get(exposed);
    return own === undefined ? null : entry.byOwnName.get(own) ?? null;
  }

  /** Forgets the oldest first, and never the newest. */
  #makeRoom(newest: string): void {
    for (const key of this.#entries.keys()) {
      const isFull = this.#entries.size > MAX_ENTRIES || this.#names > this.#maxNames;
      if (!isFull || key === newest) return;
      this.#drop(key);
    }
  }

  #drop(key: string): void {
    this.#names -= this.#entries.get(key)?.byOwnName.size ?? 0;
    this.#entries.delete(key);
  }
}

function keyOf(target: Target, kind: NamedKind): string {
  return `${kind} ${target.fingerprint} ${forwardedKey(target)}`;
}

function knownOf(item: JsonObject & { name?: unknown }, facts: ItemFacts | undefined): KnownName {
  const hints = isObject(item.annotations) ? item.annotations : {};
  return {
    own: String(item.name),
    paramHeaders: paramHeaders(item.inputSchema) ?? [],
    isRepeatable: hints.readOnlyHint === true || hints.idempotentHint === true,
    facts,
  };
}
