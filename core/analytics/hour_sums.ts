import type { PlacedCall } from "../calls/placed_calls.ts";
import type { Call } from "../calls/call.ts";
import { OTHER_TOOLS } from "./report.ts";
import type { TokenId } from "../ids.ts";
import { type HourHead, lengthenStretches } from "./hour_head.ts";
import {
  BUCKET_BYTES,
  emptyRow,
  encodeRows,
  type HourRow,
  nameOf,
  nameText,
  orderOf,
  rowBytes,
  type RowName,
} from "./hour_rows.ts";
import { timeText } from "./spans.ts";
import { addCall, noSums, readSums, storeSums, type Sums } from "./sums.ts";

/** A member may call any number of names; after so many in an hour, the rest share a row. */
export const MEMBER_TOOLS = 200;

/** After so many rows of an hour, further tools share one for each member and server. */
export const HOUR_ROWS = 20_000;

/** A segment above this is parted. Sizes are on the safe side; a value may have 64 KiB. */
const SEGMENT_BYTES = 40 * 1024;

/** The head names its segments, and must fit a value, too; after so many the hour has no more rows. */
const MAX_SEGMENTS = 600;

/** A call, and the name of the row that counts it. */
export interface NamedCall extends PlacedCall {
  name: RowName;
  /** The name as one text. */
  text: string;
  /** Where its row lies, once that was asked for. */
  order: string | null;
}

/** A row, and where it lies. */
interface PlacedRow {
  row: HourRow;
  text: string;
  segment: Segment;
}

/** The rows of an hour from one place on, up to where the next segment begins. */
interface Segment {
  id: number;
  from: string;
  isRead: boolean;
  /** About how many bytes its rows take; none are known while it was not read. */
  sizeBytes: number;
  hasChanged: boolean;
}

/** What one more row takes at most: four texts as JSON, and its numbers. */
const ROW_BYTES = 5_000;

/** Limits that tests make smaller. */
export interface HourLimits {
  memberTools: number;
  hourRows: number;
  segmentBytes: number;
}

export const HOUR_LIMITS: HourLimits = {
  memberTools: MEMBER_TOOLS,
  hourRows: HOUR_ROWS,
  segmentBytes: SEGMENT_BYTES,
};

/**
 * The sums of one hour, in memory while calls are added.
 *
 * What comes out depends on the calls and their order in the log alone, and not on how many
 * are added at once: a replay of the log gives the same.
 */
export class HourSums {
  readonly hourMs: number;
  readonly #head: Omit<HourHead, "total" | "segments" | "firstAt">;
  readonly #total: Sums;
  readonly #segments: Segment[];
  readonly #rows = new Map<string, PlacedRow>();
  /** How many tools of a token have a row of their own, among what was read. */
  readonly #toolsOf = new Map<TokenId, number>();
  readonly #limits: HourLimits;
  #firstAtMs: number;
  #nextId: number;
  #hasChanged = false;

  /** What was stored of the hour, or what a fresh one begins with. */
  constructor(
    hourMs: number,
    stored: HourHead | { generation: string; expiresAt: string },
    limits: HourLimits = HOUR_LIMITS,
  ) {
    this.hourMs = hourMs;
    this.#limits = limits;
    if ("total" in stored) {
      const { total, segments, firstAt, ...head } = stored;
      this.#head = { ...head, stretches: head.stretches.map((each) => ({ ...each })) };
      this.#total = readSums(total);
      this.#firstAtMs = Date.parse(firstAt);
      this.#segments = segments.map((each) => ({ ...each, ...UNREAD }));
    } else {
      this.#head = { ...stored, first: "", last: "", stretches: [], rows: 0 };
      this.#total = noSums();
      this.#firstAtMs = Infinity;
      this.#segments = [{ id: 0, from: "", ...UNREAD, isRead: true }];
    }
    this.#nextId = Math.max(...this.#segments.map(({ id }) => id)) + 1;
  }

  /** About how many bytes a commit of what has changed takes. */
  get changedBytes(): number {
    if (!this.#hasChanged) return 0;
    const changed = this.#segments.filter(({ hasChanged }) => hasChanged);
    return changed.reduce((sum, { sizeBytes }) => sum + sizeBytes, this.#headBytes);
  }

  /** About how many more bytes it takes at most once this call is added. */
  bytesFor(call: NamedCall): number {
    const { hasChanged, sizeBytes } = this.#rows.get(call.text)?.segment ??
      this.#segmentAt(call.order ??= orderOf(call.name.tokenId, call.text));
    return (this.#hasChanged ? 0 : this.#headBytes) + (hasChanged ? 0 : sizeBytes) + ROW_BYTES;
  }

  /** The segments that have to be read before a call of this token is added. */
  unreadFor(tokenId: TokenId): number[] {
    return this.#segmentsOf(tokenId).filter(({ isRead }) => !isRead).map(({ id }) => id);
  }

  /** Takes the rows of a segment that was read. */
  setRows(id: number, rows: readonly HourRow[]): void {
    const segment = this.#segments.find((each) => each.id === id);
    if (segment === undefined || segment.isRead) return;
    segment.isRead = true;
    for (const row of rows) this.#put(segment, row, nameText(row));
  }

  /** Counts a call, as the `counted`th of its workspace. */
  add(named: NamedCall, counted: number): void {
    const { call, position } = named;
    const atMs = Date.parse(call.at);
    addCall(this.#total, call, atMs);
    this.#count(this.#rowOf(named), call, atMs);

    this.#hasChanged = true;
    this.#firstAtMs = Math.min(this.#firstAtMs, atMs);
    this.#head.first ||= position;
    this.#head.last = position;
    lengthenStretches(this.#head.stretches, position, counted);
  }

  /** The head as it is to be stored, and the segments that have changed. */
  changes(): { head: HourHead; segments: { id: number; bytes: Uint8Array }[] } {
    const head = {
      ...this.#head,
      total: storeSums(this.#total),
      firstAt: timeText(this.#firstAtMs),
      segments: this.#segments.map(({ id, from }) => ({ id, from })),
    };
    return { head, segments: this.#changedSegments() };
  }

  #changedSegments(): { id: number; bytes: Uint8Array }[] {
    const rows = new Map<Segment, HourRow[]>();
    for (const { segment, row } of this.#rows.values()) {
      if (!segment.hasChanged) continue;
      const own = rows.get(segment);
      if (own === undefined) rows.set(segment, [row]);
      else own.push(row);
    }
    return [...rows].map(([{ id }, own]) => ({ id, bytes: encodeRows(own, this.hourMs) }));
  }

  get #isFull(): boolean {
    return this.#head.rows >= this.#limits.hourRows || this.#segments.length >= MAX_SEGMENTS;
  }

  get #headBytes(): number {
    return 1_000 + BUCKET_BYTES * this.#total.latency.size + 80 * this.#segments.length;
  }

  #count({ row, segment }: PlacedRow, call: Call, atMs: number): void {
    const buckets = row.sums.latency.size;
    addCall(row.sums, call, atMs);
    segment.hasChanged = true;
    segment.sizeBytes += BUCKET_BYTES * (row.sums.latency.size - buckets);
    if (segment.sizeBytes > this.#limits.segmentBytes) this.#part(segment);
  }

  /** The row that counts calls of this name: its own, or the one for the tools too many. */
  #rowOf({ name, text, order }: Pick<NamedCall, "name" | "text" | "order">): PlacedRow {
    const own = this.#rows.get(text);
    if (own !== undefined) return own;

    if (name.tool !== OTHER_TOOLS) {
      const tools = this.#toolsOf.get(name.tokenId) ?? 0;
      if (this.#isFull || tools >= this.#limits.memberTools) {
        const other = { ...name, tool: OTHER_TOOLS };
        return this.#rowOf({ name: other, text: nameText(other), order: null });
      }
      this.#head.rows++;
    }
    const segment = this.#segmentAt(order ?? orderOf(name.tokenId, text));
    if (!segment.isRead) {
      throw new Error(`Segment ${segment.id} of ${timeText(this.hourMs)} was not read`);
    }
    return this.#put(segment, emptyRow(name), text);
  }

  #put(segment: Segment, row: HourRow, text: string): PlacedRow {
    const placed = { row, text, segment };
    this.#rows.set(text, placed);
    segment.sizeBytes += rowBytes(text, row.sums);
    if (row.tool !== OTHER_TOOLS) {
      this.#toolsOf.set(row.tokenId, 1 + (this.#toolsOf.get(row.tokenId) ?? 0));
    }
    return placed;
  }

  /** Puts the second half of a segment into a new one. */
  #part(segment: Segment): void {
    const all = [...this.#rows.values()].filter((placed) => placed.segment === segment)
      .map((placed) => ({ placed, order: orderOf(placed.row.tokenId, placed.text) }))
      .sort((a, b) => a.order < b.order ? -1 : 1);
    if (all.length < 2) return;

    let [lowerBytes, middle] = [0, 0];
    while (middle === 0 || middle < all.length - 1 && lowerBytes < segment.sizeBytes / 2) {
      lowerBytes += rowBytes(all[middle].placed.text, all[middle].placed.row.sums);
      middle++;
    }
    const upper = {
      id: this.#nextId++,
      from: all[middle].order,
      isRead: true,
      sizeBytes: segment.sizeBytes - lowerBytes,
      hasChanged: true,
    };
    for (const { placed } of all.slice(middle)) placed.segment = upper;
    segment.sizeBytes = lowerBytes;
    segment.hasChanged = true;
    this.#segments.splice(this.#segments.indexOf(segment) + 1, 0, upper);
  }

  #segmentAt(order: string): Segment {
    return this.#segments.findLast(({ from }) => from <= order) ?? this.#segments[0];
  }

  /** Where rows of this token may lie. */
  #segmentsOf(tokenId: TokenId): Segment[] {
    const first = this.#segments.indexOf(this.#segmentAt(`${tokenId} `));
    const last = this.#segments.indexOf(this.#segmentAt(`${tokenId} ~`));
    return this.#segments.slice(first, last + 1);
  }
}

const UNREAD = { isRead: false, sizeBytes: 0, hasChanged: false };

/** A call as it is counted. */
export function namedCall({ call, position }: PlacedCall): NamedCall {
  const name = nameOf(call);
  return { call, position, name, text: nameText(name), order: null };
}
