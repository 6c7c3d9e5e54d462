import type { ListKind } from "../mcp/methods.ts";
import { isObject, type JsonObject } from "../mcp/message.ts";
import type { Naming } from "../mcp/naming.ts";
import { type ParamHeader, paramHeaders } from "../mcp/param_headers.ts";
import type { Target } from "./upstream.ts";

/** What is known of one tool or prompt when it is called. */
export interface KnownName {
  /** Its own name at its server. */
  own: string;
  /** The arguments that a modern server wants mirrored into headers. */
  paramHeaders: readonly ParamHeader[];
  /** Whether its server says that calling it twice does no harm. */
  isRepeatable: boolean;
}

/** The kinds of things that have names. */
export type NamedKind = Extract<ListKind, "tools" | "prompts">;

interface Entry {
  byOwnName: ReadonlyMap<string, KnownName>;
  /** Own names by exposed ones, for each naming that was asked for. */
  exposed: Map<Naming, ReadonlyMap<string, string>>;
  goodUntilMs: number;
}

const KEEP_MS = 5 * 60_000;
const MAX_ENTRIES = 2_000;

/**
 * Remembers what the lists said of each tool and prompt, for the calls that follow.
 *
 * Only a list tells what a shortened name stands for, which arguments travel in headers,
 * and what may be asked for again.
 */
export class NameIndex {
  readonly #now: () => Date;
  readonly #entries = new Map<string, Entry>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Takes over what a server's list says; lists of things without names are passed over. */
  remember(target: Target, kind: ListKind, items: readonly JsonObject[]): void {
    if (kind !== "tools" && kind !== "prompts") return;
    const byOwnName = new Map(
      items.flatMap((item) => typeof item.name === "string" ? [[item.name, knownOf(item)]] : []),
    );
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= MAX_ENTRIES && !oldest.done) this.#entries.delete(oldest.value);
    this.#entries.set(keyOf(target, kind), {
      byOwnName,
      exposed: new Map(),
      goodUntilMs: this.#now().getTime() + KEEP_MS,
    });
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
}

function keyOf(target: Target, kind: NamedKind): string {
  return `${kind} ${target.fingerprint}`;
}

function knownOf(item: JsonObject & { name?: unknown }): KnownName {
  const hints = isObject(item.annotations) ? item.annotations : {};
  return {
    own: String(item.name),
    paramHeaders: paramHeaders(item.inputSchema) ?? [],
    isRepeatable: hints.readOnlyHint === true || hints.idempotentHint === true,
  };
}
