import { refusal } from "../errors.ts";
import type { WorkspaceId } from "../ids.ts";
import { keys, prefixes } from "../kv/keys.ts";
import type { Page, PageQuery } from "../kv/pages.ts";
import { parseRecord } from "../kv/records.ts";
import { type AnalyticsRow, CallCounter } from "./analytics_row.ts";
import type { Call } from "./call.ts";
import { CallPack, unpackCalls } from "./call_pack.ts";

/** Packs are ordered by commit; clocks and commits may differ by so much. */
const SLACK_MS = 5 * 60 * 1000;

/** How many packs are in memory at once. */
const BATCH_SIZE = 50;

/** Which calls a report counts. */
export interface AnalyticsQuery {
  /** The earliest and the latest arrival that counts. */
  from: Date;
  to: Date;
  /** Only calls to the server with this slug. */
  server?: string;
}

/** A pack and its place in the log. */
interface PlacedPack {
  versionstamp: string;
  pack: CallPack;
}

/** Answers questions about what is on the record. */
export class CallQueries {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /**
   * Who called which tool how often, the last used first.
   *
   * Reads the log backwards and stops where it is older than the period; what it
   * keeps in memory does not grow with the number of calls.
   */
  async analytics(workspaceId: WorkspaceId, query: AnalyticsQuery): Promise<AnalyticsRow[]> {
    const from = query.from.toISOString();
    const to = query.to.toISOString();
    const stop = new Date(query.from.getTime() - SLACK_MS).toISOString();
    const counter = new CallCounter();

    for await (const { pack } of this.#packsBackwards(workspaceId)) {
      if (pack.endedAt < stop) break;
      for (const call of unpackCalls(pack).reverse()) {
        if (call.at < from || call.at > to) continue;
        if (query.server !== undefined && call.server !== query.server) continue;
        counter.add(call);
      }
    }

    return counter.rows();
  }

  /** The calls of a workspace, newest first. Throws `invalid_input` for a wrong cursor. */
  async list(workspaceId: WorkspaceId, { limit, cursor }: PageQuery): Promise<Page<Call>> {
    const start = cursor === null ? null : readCursor(cursor);
    const items: Call[] = [];
    let last = "";

    for await (const { versionstamp, pack } of this.#packsBackwards(workspaceId, start)) {
      const calls = unpackCalls(pack);
      const before = versionstamp === start?.versionstamp ? start.index : calls.length;

      for (let index = Math.min(before, calls.length) - 1; index >= 0; index--) {
        if (items.length === limit) return { items, nextCursor: last };
        items.push(calls[index]);
        last = `${versionstamp}-${index}`;
      }
    }

    return { items, nextCursor: null };
  }

  async *#packsBackwards(
    workspaceId: WorkspaceId,
    start: Cursor | null = null,
  ): AsyncGenerator<PlacedPack> {
    const prefix = prefixes.calls(workspaceId);
    // An end is exclusive; this one lies just behind the pack of the cursor.
    const selector = start === null
      ? { prefix }
      : { prefix, end: keys.calls(workspaceId, `${start.versionstamp}\0`) };

    for await (const entry of this.#kv.list(selector, { reverse: true, batchSize: BATCH_SIZE })) {
      yield { versionstamp: String(entry.key.at(-1)), pack: parseRecord(CallPack, entry) };
    }
  }
}

/** The place of a call: its pack, and its index there. */
interface Cursor {
  versionstamp: string;
  index: number;
}

function readCursor(cursor: string): Cursor {
  const match = /^([0-9a-f]{20})-([0-9]{1,6})$/.exec(cursor);
  if (match !== null) return { versionstamp: match[1], index: Number(match[2]) };

  throw refusal(
    "invalid_input",
    `The cursor "${cursor.slice(0, 40)}" is not one that this list gave; ` +
      "leave it out to begin at the start.",
    "cursor",
  );
}
