import type { WorkspaceId } from "../ids.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { type PackCursor, packCursor, placeOf, readPackCursor } from "../kv/pack_cursor.ts";
import type { Page, PageQuery } from "../kv/pages.ts";
import { parseEntry, parseRecord } from "../kv/records.ts";
import type { CallView } from "./call.ts";
import { CallFeed, callsOf } from "./call_feed.ts";
import { type CallFilter, callMatcher } from "./call_filter.ts";
import type { LoggedWorkspace } from "./call_log.ts";
import { CallPack, LONGEST_CALL_MS, unpackCalls } from "./call_pack.ts";
import { findInTime, type Placed } from "./find_in_time.ts";
import { behindPack } from "./log_position.ts";
import { retentionStart } from "./retention.ts";

/** Packs are ordered by commit; clocks may be wrong by so much, as by a time zone. */
const SLACK_MS = 25 * 60 * 60 * 1000;

/**
 * Where so many packs in a row lie before a period, or behind it, the log does: a clock may have
 * jumped as far as it likes for less.
 */
export const MANY_IN_A_ROW = 100;

/** How many packs are in memory at once. */
const BATCH_SIZE = 50;

/** Whoever reads forwards may be slow, and holds what was read ahead. */
const FORWARD_READ_AHEAD = 10;

/** How many calls one page looks at, however few of them it is asked for. */
const MAX_LOOKED_AT = 20_000;

/** A pack and its place in the log. */
interface PlacedPack {
  versionstamp: string;
  pack: CallPack;
}

/** A call, and where its record is. */
export interface FoundCall extends PlacedPack, PackCursor {
  call: CallView;
}

/** Which part of the log is read, oldest first: after a call, and up to a commit. */
export interface LogStretch {
  /** The place of a call; `null` for the beginning. */
  after: PackCursor | null;
  /** The versionstamp of the last commit that is read; `null` for the end of the log. */
  upTo: string | null;
}

/** Answers questions about what is on the record. */
export class CallQueries {
  readonly #kv: Deno.Kv;
  readonly #feed: CallFeed;
  readonly #now: () => Date;

  constructor(kv: Deno.Kv, now: () => Date) {
    this.#kv = kv;
    this.#feed = new CallFeed(kv);
    this.#now = now;
  }

  /**
   * The calls of a workspace that a filter lets through, newest first, as far back as they are
   * kept. A page may have fewer than it could, even none, and a cursor all the same. Throws
   * `invalid_input` for a wrong cursor.
   */
  async list(
    workspace: LoggedWorkspace,
    { limit, cursor }: PageQuery,
    filter: CallFilter = {},
  ): Promise<Page<CallView>> {
    const from = this.shownFrom(workspace, filter.from);
    const isWanted = callMatcher({ ...filter, from });
    const start = readPackCursor(cursor);
    const behind = start === null && filter.to !== undefined
      ? await this.#endOf(workspace.id, filter.to)
      : null;
    const items: CallView[] = [];
    let last = "";
    let lookedAt = 0;

    const end = start === null ? behind : behindPack(start.versionstamp);
    for await (const { versionstamp, pack } of this.#backTo(from, workspace.id, end)) {
      const calls = unpackCalls(pack);
      const before = versionstamp === start?.versionstamp ? start.index : calls.length;

      for (let index = Math.min(before, calls.length) - 1; index >= 0; index--) {
        const isFull = items.length === limit || lookedAt === MAX_LOOKED_AT;
        if (isFull) return { items, nextCursor: last };
        lookedAt++;
        last = packCursor({ versionstamp, index });
        if (isWanted(calls[index])) items.push({ id: last, ...calls[index] });
      }
    }

    return { items, nextCursor: null };
  }

  /**
   * The call of an id, with the pack that it is in; `null` when there is none, or none that is
   * shown any more.
   */
  async find(workspace: LoggedWorkspace, id: string): Promise<FoundCall | null> {
    const place = placeOf(id);
    if (place === null) return null;
    const { versionstamp, index } = place;
    const entry = await this.#kv.get(keys.calls(workspace.id, versionstamp));
    const pack = parseEntry(CallPack, entry);
    const call = pack === null ? undefined : unpackCalls(pack)[index];
    if (pack === null || call === undefined) return null;
    const isShown = call.at >= this.shownFrom(workspace).toISOString();
    return isShown ? { call: { id, ...call }, versionstamp, index, pack } : null;
  }

  /**
   * The calls of a stretch of a workspace's log with their places, oldest first, in groups of
   * those that were committed together.
   *
   * The log is in the order of its commits, so whatever is committed later comes later: who
   * reads on after the last call that it saw misses none and sees none twice.
   */
  async *forward(
    workspaceId: WorkspaceId,
    { after, upTo }: LogStretch,
  ): AsyncGenerator<{ endedAt: string; calls: CallView[] }> {
    const stretch = { upTo, readAhead: FORWARD_READ_AHEAD };
    for await (const pack of this.#feed.from(workspaceId, after?.versionstamp ?? "", stretch)) {
      const { versionstamp } = pack;
      const calls = callsOf(pack).map((call, index) => {
        return { id: packCursor({ versionstamp, index }), ...call };
      });
      const seen = versionstamp === after?.versionstamp ? after.index + 1 : 0;
      if (seen < calls.length) yield { endedAt: pack.endedAt, calls: calls.slice(seen) };
    }
  }

  /** The place of the last call of a workspace's log; `null` while there is none. */
  async lastPlace(workspaceId: WorkspaceId): Promise<PackCursor | null> {
    for await (const { versionstamp, pack } of this.#packsBackwards(workspaceId, null, 1)) {
      return { versionstamp, index: unpackCalls(pack).length - 1 };
    }
    return null;
  }

  /** The place after which a log holds what arrived from a time on; `null` for its beginning. */
  async placeBefore(workspaceId: WorkspaceId, time: Date): Promise<PackCursor | null> {
    let first = await this.#find(workspaceId, slackBefore(time));
    for await (const { versionstamp } of this.#backTo(time, workspaceId, first)) {
      first = versionstamp;
    }
    // No call has this index: the pack of that place is read as a whole.
    return first === null ? await this.lastPlace(workspaceId) : { versionstamp: first, index: -1 };
  }

  /** The earliest arrival that may be shown of a workspace's calls, at or after `from`. */
  shownFrom(workspace: LoggedWorkspace, from?: Date): Date {
    const kept = retentionStart(workspace, this.#now());
    return from === undefined || from < kept ? kept : from;
  }

  /** A place behind everything that arrived before a time; `null` for the end of the log. */
  async #endOf(workspaceId: WorkspaceId, time: Date): Promise<string | null> {
    const latest = endedBy(time);
    let end = await this.#find(workspaceId, latest);
    if (end === null) return null;

    let inARow = 0;
    const selector = { prefix: prefixes.calls(workspaceId), start: keys.calls(workspaceId, end) };
    for await (const entry of this.#kv.list(selector, { batchSize: BATCH_SIZE })) {
      const isLater = parseRecord(CallPack, entry).endedAt >= latest;
      inARow = isLater ? inARow + 1 : 0;
      if (inARow === MANY_IN_A_ROW) break;
      if (!isLater) end = behindPack(String(entry.key.at(-1)));
    }
    return end;
  }

  async #find(workspaceId: WorkspaceId, time: string): Promise<string | null> {
    const prefix = prefixes.calls(workspaceId);
    const at = (start: string) => ({ prefix, start: keys.calls(workspaceId, start) });
    return await findInTime(time, {
      first: await this.#one({ prefix }),
      last: await this.#one({ prefix }, { reverse: true }),
      firstFrom: (versionstamp) => this.#one(at(versionstamp)),
    });
  }

  async #one(selector: Deno.KvListSelector, { reverse = false } = {}): Promise<Placed | null> {
    for await (const entry of this.#kv.list(selector, { limit: 1, reverse })) {
      const { endedAt } = parseRecord(CallPack, entry);
      return { versionstamp: String(entry.key.at(-1)), endedAt };
    }
    return null;
  }

  /** The packs that may hold what arrived from a time on, the last one before `end` first. */
  async *#backTo(
    time: Date,
    workspaceId: WorkspaceId,
    end: string | null = null,
  ): AsyncGenerator<PlacedPack> {
    const stop = slackBefore(time);
    let inARow = 0;
    for await (const placed of this.#packsBackwards(workspaceId, end)) {
      const isOlder = placed.pack.endedAt < stop;
      inARow = isOlder ? inARow + 1 : 0;
      if (inARow === MANY_IN_A_ROW) return;
      if (!isOlder) yield placed;
    }
  }

  async *#packsBackwards(
    workspaceId: WorkspaceId,
    end: string | null = null,
    batchSize = BATCH_SIZE,
  ): AsyncGenerator<PlacedPack> {
    const prefix = prefixes.calls(workspaceId);
    const selector = end === null ? { prefix } : { prefix, end: keys.calls(workspaceId, end) };

    for await (const entry of this.#kv.list(selector, { reverse: true, batchSize })) {
      yield { versionstamp: String(entry.key.at(-1)), pack: parseRecord(CallPack, entry) };
    }
  }
}

/** When the log is surely older than what arrived at a time. */
function slackBefore(time: Date): string {
  return new Date(time.getTime() - SLACK_MS).toISOString();
}

/** When everything is surely over that arrived before a time. */
export function endedBy(time: Date): string {
  return new Date(time.getTime() + LONGEST_CALL_MS + SLACK_MS).toISOString();
}
