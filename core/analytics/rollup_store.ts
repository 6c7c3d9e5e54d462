import { LOG_START, placeInPack } from "../calls/log_position.ts";
import { GatewayError } from "../errors.ts";
import type { WorkspaceId } from "../ids.ts";
import { commitOnce } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { getAll, parseEntry, parseRecord } from "../kv/records.ts";
import { outdateBlocks, type PlacedBlock } from "./block_store.ts";
import { HourHead, type PlacedHead, type WrittenHour } from "./hour_head.ts";
import { decodeRows, type HourRow } from "./hour_rows.ts";
import { RollMark } from "./roll_mark.ts";
import { LEVELS, timeText } from "./spans.ts";

/** The book that reports read; a recount writes one of its own. */
export const LIVE = "live";

/** A mark must outlive every record of the log before it, or those would count twice. */
const MARK_MS = 4_000 * 24 * 60 * 60 * 1000;

/** So often an hour is read that changes meanwhile. */
const MAX_READS = 100;

/** How many keys one commit deletes. */
const DELETE_AT_ONCE = 500;

/** A mark as it was read: a commit that moves it checks that nobody did meanwhile. */
export interface ReadMark extends RollMark {
  entry: Deno.KvEntryMaybe<unknown>;
}

/** Keeps what was added up of hours, and up to where. No other module writes their keys. */
export class RollupStore {
  readonly #kv: Deno.Kv;
  readonly #book: string;
  readonly #now: () => Date;

  constructor(kv: Deno.Kv, { book = LIVE, now }: { book?: string; now: () => Date }) {
    this.#kv = kv;
    this.#book = book;
    this.#now = now;
  }

  /** The same store, with another book. */
  bookOf(book: string): RollupStore {
    return new RollupStore(this.#kv, { book, now: this.#now });
  }

  /** Up to where the log was added up. */
  async mark(workspaceId: WorkspaceId): Promise<ReadMark> {
    const entry = await this.#kv.get(keys.rollMark(workspaceId, this.#book));
    const mark = parseEntry(RollMark, entry);
    return { position: LOG_START, counted: 0, repairs: 0, ...mark, entry };
  }

  /** The marks of each of these workspaces; `null` where nothing was added up. */
  async marks(workspaceIds: readonly WorkspaceId[]): Promise<(RollMark | null)[]> {
    const wanted = workspaceIds.map((id) => keys.rollMark(id, this.#book));
    const entries = await getAll(this.#kv, wanted);
    return entries.map((entry) => parseEntry(RollMark, entry));
  }

  /**
   * The versionstamp before which all packs of the log were counted; of the pack that has it,
   * perhaps not all calls were. `null` when none is.
   */
  async countedBefore(workspaceId: WorkspaceId): Promise<string | null> {
    const { position } = await this.mark(workspaceId);
    return position === LOG_START ? null : placeInPack(position).versionstamp;
  }

  /** The heads of these hours; `null` where nothing was counted yet, or it is forgotten. */
  async heads(
    workspaceId: WorkspaceId,
    hours: readonly number[],
  ): Promise<(PlacedHead | null)[]> {
    const wanted = hours.map((ms) => keys.rollHour(workspaceId, this.#book, timeText(ms)));
    return (await getAll(this.#kv, wanted)).map((entry) => this.#placed(entry));
  }

  /** The heads of the hours from one time on, and before another one. */
  async *headsBetween(
    workspaceId: WorkspaceId,
    fromMs: number,
    toMs: number,
  ): AsyncGenerator<PlacedHead> {
    if (fromMs >= toMs) return;
    const start = keys.rollHour(workspaceId, this.#book, timeText(fromMs));
    const end = keys.rollHour(workspaceId, this.#book, timeText(toMs));
    yield* this.#listHeads({ start, end });
  }

  /** The heads of all hours. */
  allHeads(workspaceId: WorkspaceId): AsyncGenerator<PlacedHead> {
    return this.#listHeads({ prefix: prefixes.rollHours(workspaceId, this.#book) });
  }

  /** The rows of some segments of an hour, by segment; those that are gone have none. */
  async segments(
    workspaceId: WorkspaceId,
    { hourMs, head }: Pick<PlacedHead, "hourMs" | "head">,
    ids: readonly number[],
  ): Promise<HourRow[][]> {
    const entries = await this.#segmentEntries(workspaceId, { hourMs, head }, ids);
    return entries.map(({ value }) => rowsOfSegment(value, hourMs));
  }

  /**
   * All rows of an hour, as they were at one moment, with the head of that moment.
   *
   * The hour that is being added up changes now and then; it is read again then, which is quick,
   * since nothing is decoded before. Throws `conflict` when it does not stand still.
   */
  async rowsOf(
    workspaceId: WorkspaceId,
    placed: PlacedHead,
  ): Promise<{ head: HourHead; rows: HourRow[] }> {
    let { hourMs, head, versionstamp } = placed;
    for (let attempt = 1; attempt <= MAX_READS; attempt++) {
      const entries = await this.#segmentEntries(workspaceId, { hourMs, head }, idsOf(head));
      const [after] = await this.heads(workspaceId, [hourMs]);
      // What was forgotten meanwhile was there a moment ago.
      if (after === null || after.versionstamp === versionstamp) {
        return { head, rows: entries.flatMap(({ value }) => rowsOfSegment(value, hourMs)) };
      }
      ({ head, versionstamp } = after);
    }
    throw new GatewayError(
      "conflict",
      `Cannot read the sums of ${timeText(hourMs)}: they changed ${MAX_READS} times meanwhile`,
      { publicMessage: "Calls come in too quickly to be counted right now. Try again." },
    );
  }

  /**
   * Writes hours and moves the mark, all or nothing; `false` when somebody else moved it.
   *
   * In the same commit, what was added up of these hours before is no longer valid.
   */
  commit(
    workspaceId: WorkspaceId,
    { entry }: Pick<ReadMark, "entry">,
    { position, counted, repairs }: RollMark,
    hours: readonly WrittenHour[],
  ): Promise<boolean> {
    const atomic = this.#kv.atomic().check(entry);
    const mark = { position, counted, repairs };
    atomic.set(keys.rollMark(workspaceId, this.#book), mark, { expireIn: MARK_MS });
    const lateDays = new Map<number, PlacedBlock>();

    for (const { hourMs, head, segments, lateFor } of hours) {
      const expireIn = this.#lifeMs(head);
      const key = keys.rollHour(workspaceId, this.#book, timeText(hourMs));
      atomic.set(key, head, { expireIn });
      for (const { id, bytes } of segments) {
        atomic.set(this.#segmentKey(workspaceId, hourMs, head.generation, id), bytes, { expireIn });
      }
      if (this.#book !== LIVE) continue;
      // A day that is kept beside its late hours is not built anew.
      const levels = lateFor === null ? LEVELS : ["hour"] as const;
      outdateBlocks(atomic, workspaceId, hourMs, { levels, expireIn });
      if (lateFor !== null) lateDays.set(lateFor.startMs, lateFor);
    }
    for (const { entry, head } of lateDays.values()) {
      atomic.check(entry).set(entry.key, head, { expireIn: this.#lifeMs(head) });
    }
    return commitOnce(atomic);
  }

  /** A commit that begins this book; until it is cleared, others know of it by its mark. */
  begin(workspaceId: WorkspaceId): Deno.AtomicOperation {
    const mark: RollMark = { position: LOG_START, counted: 0, repairs: 0 };
    return this.#kv.atomic().set(keys.rollMark(workspaceId, this.#book), mark, {
      expireIn: MARK_MS,
    });
  }

  /** Copies the segments of an hour of another book, for a head that is not stored yet. */
  async copySegments(
    workspaceId: WorkspaceId,
    { hourMs, head }: Pick<PlacedHead, "hourMs" | "head">,
    from: RollupStore,
    { generation }: HourHead,
  ): Promise<void> {
    const expireIn = this.#lifeMs(head);
    for (const id of idsOf(head)) {
      const { value } = await this.#kv.get(from.#segmentKey(workspaceId, hourMs, generation, id));
      const key = this.#segmentKey(workspaceId, hourMs, head.generation, id);
      await this.#kv.set(key, value, { expireIn });
    }
  }

  /** Deletes the segments of a head that is not the hour's any more. */
  async deleteSegments(workspaceId: WorkspaceId, { hourMs, head }: PlacedHead): Promise<void> {
    for (const id of idsOf(head)) {
      await this.#kv.delete(this.#segmentKey(workspaceId, hourMs, head.generation, id));
    }
  }

  /**
   * Puts an hour in the place of what is stored of it, or nothing; `false` when calls were
   * counted since the mark was read, or somebody clears the recount away that it is from.
   */
  replace(
    workspaceId: WorkspaceId,
    { entry, position, counted, repairs }: ReadMark,
    hourMs: number,
    { head, recounted }: { head: HourHead | null; recounted: Pick<ReadMark, "entry"> },
  ): Promise<boolean> {
    const key = keys.rollHour(workspaceId, this.#book, timeText(hourMs));
    const atomic = this.#kv.atomic().check(entry, recounted.entry);
    const mark = { position, counted, repairs: repairs + 1 };
    atomic.set(keys.rollMark(workspaceId, this.#book), mark, { expireIn: MARK_MS });
    if (head === null) atomic.delete(key);
    else atomic.set(key, head, { expireIn: this.#lifeMs(head) });
    const expireIn = head === null ? MARK_MS : this.#lifeMs(head);
    outdateBlocks(atomic, workspaceId, hourMs, { levels: LEVELS, expireIn });
    return commitOnce(atomic);
  }

  /** The books of a workspace besides the one that reports read. */
  async otherBooks(workspaceId: WorkspaceId): Promise<string[]> {
    const marks = await Array.fromAsync(this.#kv.list({ prefix: prefixes.rollMarks(workspaceId) }));
    return marks.map(({ key }) => String(key.at(-1))).filter((book) => book !== LIVE);
  }

  /** Forgets all of this book, its mark last; from the first moment it replaces nothing more. */
  async clear(workspaceId: WorkspaceId): Promise<void> {
    await this.begin(workspaceId).commit();
    for (
      const prefix of [
        prefixes.rollSegments(workspaceId, this.#book),
        prefixes.rollHours(workspaceId, this.#book),
      ]
    ) {
      let atomic = this.#kv.atomic();
      let waiting = 0;
      for await (const { key } of this.#kv.list({ prefix })) {
        atomic.delete(key);
        if (++waiting < DELETE_AT_ONCE) continue;
        await atomic.commit();
        atomic = this.#kv.atomic();
        waiting = 0;
      }
      await atomic.commit();
    }
    await this.#kv.delete(keys.rollMark(workspaceId, this.#book));
  }

  #segmentEntries(
    workspaceId: WorkspaceId,
    { hourMs, head }: Pick<PlacedHead, "hourMs" | "head">,
    ids: readonly number[],
  ): Promise<Deno.KvEntryMaybe<unknown>[]> {
    return getAll(
      this.#kv,
      ids.map((id) => this.#segmentKey(workspaceId, hourMs, head.generation, id)),
    );
  }

  async *#listHeads(selector: Deno.KvListSelector): AsyncGenerator<PlacedHead> {
    for await (const entry of this.#kv.list(selector)) {
      const placed = this.#placed(entry);
      if (placed !== null) yield placed;
    }
  }

  #placed(entry: Deno.KvEntryMaybe<unknown>): PlacedHead | null {
    if (entry.versionstamp === null) return null;
    const head = parseRecord(HourHead, entry);
    if (Date.parse(head.expiresAt) <= this.#now().getTime()) return null;
    const hourMs = Date.parse(String(entry.key.at(-1)));
    return { hourMs, head, versionstamp: entry.versionstamp };
  }

  #segmentKey(
    workspaceId: WorkspaceId,
    hourMs: number,
    generation: string,
    id: number,
  ): Deno.KvKey {
    return keys.rollSegment(workspaceId, this.#book, timeText(hourMs), generation, id);
  }

  #lifeMs({ expiresAt }: Pick<HourHead, "expiresAt">): number {
    return Math.max(1, Date.parse(expiresAt) - this.#now().getTime());
  }
}

function rowsOfSegment(value: unknown, hourMs: number): HourRow[] {
  return value instanceof Uint8Array ? decodeRows(value, hourMs) : [];
}

function idsOf({ segments }: HourHead): number[] {
  return segments.map(({ id }) => id);
}
