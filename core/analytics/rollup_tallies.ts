import { breathe } from "../breather.ts";
import type { PlacedCalls } from "../calls/placed_calls.ts";
import { LOG_START, type LogPosition, packEnd, placeInPack } from "../calls/log_position.ts";
import type { WorkspaceId } from "../ids.ts";
import { type Block, endMs, type Table } from "./block.ts";
import { decodeBlock } from "./block_rows.ts";
import type { BlockStore, Pieces, PlacedBlock } from "./block_store.ts";
import type { HourHead, PlacedHead } from "./hour_head.ts";
import { tallyOfRow } from "./hour_rows.ts";
import type { RollupStore } from "./rollup_store.ts";
import { HOUR_MS, lengthMs, type Level, LEVELS, startMs, timeText } from "./spans.ts";
import { readSums, talliedSums } from "./sums.ts";
import { tallyOf } from "./tally.ts";
import type { Detail, TallyQuery, TallySource, TimedTally } from "./tally_source.ts";
import { NOBODY, NOTHING } from "./unnamed.ts";

/** Which tables of a block have what a report tells apart. */
const TABLES_OF: Record<Detail, readonly Table[]> = {
  total: [],
  members: ["members"],
  tools: ["tools"],
  everything: ["members", "tools", "pairs"],
};

/** How many blocks are read at once; those of a busy workspace have some hundred KB each. */
const BLOCKS_AT_ONCE = 8;

/** A block and its pieces; `null` when some are not there, or gone since it is built anew. */
interface ReadBlock {
  block: Block;
  placed: PlacedBlock;
  pieces: Pieces | null;
}

interface Deps {
  packs: PlacedCalls;
  rollups: RollupStore;
  blocks: BlockStore;
  now: () => Date;
  /** Told when a report had to add calls up that the roller has not added up yet. */
  onUnrolled?: (workspaceId: WorkspaceId) => void;
}

/**
 * Gives what was added up, and of the log only what was not yet: after the mark, and at the
 * edges of a period that begins or ends inside an hour.
 *
 * The mark is read first, so every call before it is in what is read afterwards. What is read
 * says up to which call it counts; so of the calls after the mark, each is left out that was
 * added up while the report was made, and no other one.
 */
export class RollupTallies implements TallySource {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Has each tally told, and gives the place in the log up to which all calls are in them. */
  async read(
    workspaceId: WorkspaceId,
    query: TallyQuery,
    each: (tally: TimedTally) => void,
  ): Promise<LogPosition> {
    const { position } = await this.#deps.rollups.mark(workspaceId);
    const reading = new Reading(this.#deps, workspaceId, query);

    for await (const tallies of reading.addedUp()) {
      for (const tally of tallies) each(tally);
      await breathe();
    }
    for await (const tally of reading.notAddedUp(position)) each(tally);
    if (reading.hasUnrolled) this.#deps.onUnrolled?.(workspaceId);
    return reading.end ?? position;
  }

  async *tallies(workspaceId: WorkspaceId, query: TallyQuery): AsyncGenerator<TimedTally> {
    const { position } = await this.#deps.rollups.mark(workspaceId);
    const reading = new Reading(this.#deps, workspaceId, query);

    for await (const tallies of reading.addedUp()) {
      for (const tally of tallies) yield tally;
    }
    yield* reading.notAddedUp(position);
    if (reading.hasUnrolled) this.#deps.onUnrolled?.(workspaceId);
  }
}

/** One report's reading of the tallies of a workspace. */
class Reading {
  hasUnrolled = false;
  /** Behind the last call of the log that was read; `null` when none came after the mark. */
  end: LogPosition | null = null;
  readonly #deps: Deps;
  readonly #workspaceId: WorkspaceId;
  readonly #query: TallyQuery;
  readonly #fromMs: number;
  readonly #toMs: number;
  /** Up to which call that was counted which was read, by level and start. */
  readonly #counted: Record<Level, Map<number, LogPosition>>;

  constructor(deps: Deps, workspaceId: WorkspaceId, query: TallyQuery) {
    this.#deps = deps;
    this.#workspaceId = workspaceId;
    this.#query = query;
    this.#fromMs = query.from.getTime();
    this.#toMs = query.to.getTime();
    this.#counted = { hour: new Map(), part: new Map(), day: new Map() };
  }

  /** What the roller has counted of the period. */
  async *addedUp(): AsyncGenerator<TimedTally[]> {
    if (!(this.#fromMs < this.#toMs)) return;
    yield* this.#span("day", this.#fromMs, this.#toMs);
  }

  /** The calls after the mark that nothing counts which was read. */
  async *notAddedUp(mark: LogPosition): AsyncGenerator<TimedTally> {
    for await (const pack of this.#deps.packs.after(this.#workspaceId, mark)) {
      this.end = packEnd(placeInPack(pack[pack.length - 1].position).versionstamp);
      for (const { call, position } of pack) {
        const atMs = Date.parse(call.at);
        if (!this.#isWithin(atMs) || position <= this.#countedUpTo(atMs)) continue;
        this.hasUnrolled = true;
        yield { ...tallyOf(call), start: timeText(startMs("hour", atMs)) };
      }
    }
  }

  /** Reads a period by the longest blocks that are built and lie within it. */
  async *#span(level: Level, fromMs: number, toMs: number): AsyncGenerator<TimedTally[]> {
    if (fromMs >= toMs) return;
    if (level === "hour") return yield* this.#hours(fromMs, toMs);

    const finer = LEVELS[LEVELS.indexOf(level) - 1];
    let doneMs = fromMs;
    const first = startMs(level, fromMs + lengthMs(level) - 1);
    const { blocks } = this.#deps;
    const fitting: PlacedBlock[] = [];
    for await (const placed of blocks.between(this.#workspaceId, level, first, toMs)) {
      const isWithin = placed.startMs + lengthMs(level) <= toMs;
      if (isWithin && this.#isCoarseEnough(level, placed)) fitting.push(placed);
    }

    for await (const { block, placed, pieces } of this.#piecesOf(level, fitting)) {
      if (pieces === null) continue;
      yield* this.#span(finer, doneMs, block.startMs);
      yield this.#blockTallies(block, placed, pieces);
      for (const late of placed.head.lateHours) {
        yield* this.#wholeHours(Date.parse(late), Date.parse(late) + HOUR_MS);
      }
      doneMs = endMs(block);
    }
    yield* this.#span(finer, doneMs, toMs);
  }

  /** The pieces of blocks, those of some blocks at once. */
  async *#piecesOf(level: Level, all: readonly PlacedBlock[]): AsyncGenerator<ReadBlock> {
    const tables = TABLES_OF[this.#query.detail];
    const read = async (placed: PlacedBlock): Promise<ReadBlock> => {
      const block = { workspaceId: this.#workspaceId, level, startMs: placed.startMs };
      const hasAll = tables.every((table) => placed.head.pieces[table] !== 0);
      const pieces = hasAll ? await this.#deps.blocks.pieces(block, placed.head, tables) : null;
      return { block, placed, pieces };
    };
    for (let at = 0; at < all.length; at += BLOCKS_AT_ONCE) {
      yield* await Promise.all(all.slice(at, at + BLOCKS_AT_ONCE).map(read));
    }
  }

  /** Whether a block tells times apart as finely as it is wanted, or as finely as is known. */
  #isCoarseEnough(level: Level, { head }: PlacedBlock): boolean {
    if (this.#query.grain !== "hour" || level === "hour") return true;
    return level === "day" && Date.parse(head.hoursUntil) <= this.#deps.now().getTime();
  }

  /** Reads hours, and of the log what lies at edges inside an hour. */
  async *#hours(fromMs: number, toMs: number): AsyncGenerator<TimedTally[]> {
    const firstWhole = startMs("hour", fromMs + HOUR_MS - 1);
    const lastWhole = startMs("hour", toMs);
    if (firstWhole > lastWhole) return yield* this.#edge(startMs("hour", fromMs));

    if (fromMs < firstWhole) yield* this.#edge(startMs("hour", fromMs));
    yield* this.#wholeHours(firstWhole, lastWhole);
    if (lastWhole < toMs) yield* this.#edge(lastWhole);
  }

  async *#wholeHours(fromMs: number, toMs: number): AsyncGenerator<TimedTally[]> {
    const { blocks, rollups } = this.#deps;
    const built: PlacedBlock[] = [];
    if (this.#query.detail === "members" || this.#query.detail === "tools") {
      for await (const placed of blocks.between(this.#workspaceId, "hour", fromMs, toMs)) {
        built.push(placed);
      }
    }
    for await (const { block, placed, pieces } of this.#piecesOf("hour", built)) {
      if (pieces !== null) yield this.#blockTallies(block, placed, pieces);
    }
    for await (const hour of rollups.headsBetween(this.#workspaceId, fromMs, toMs)) {
      if (!this.#counted.hour.has(hour.hourMs)) yield await this.#hourTallies(hour);
    }
  }

  async #hourTallies(hour: PlacedHead): Promise<TimedTally[]> {
    const { head, tallies } = await this.#readHour(hour);
    this.#note("hour", hour.hourMs, head.last);
    return tallies;
  }

  /** What an hour counts, and the head of the moment at which it does. */
  async #readHour(hour: PlacedHead): Promise<{ head: HourHead; tallies: TimedTally[] }> {
    const start = timeText(hour.hourMs);
    if (this.#query.detail === "total") {
      const sums = talliedSums(readSums(hour.head.total));
      return { head: hour.head, tallies: [{ ...NOBODY, ...NOTHING, ...sums, start }] };
    }
    const { head, rows } = await this.#deps.rollups.rowsOf(this.#workspaceId, hour);
    return { head, tallies: rows.map((row) => ({ ...tallyOfRow(row), start })) };
  }

  /** A part of an hour: all of it when no call lies outside, else call by call. */
  async *#edge(hourMs: number): AsyncGenerator<TimedTally[]> {
    const [hour] = await this.#deps.rollups.heads(this.#workspaceId, [hourMs]);
    if (hour === null) return;
    let { head } = hour;
    if (this.#holds(head)) {
      const read = await this.#readHour(hour);
      head = read.head;
      // A call outside may have been counted since.
      if (this.#holds(head)) {
        this.#note("hour", hourMs, head.last);
        return yield read.tallies;
      }
    }

    this.#note("hour", hourMs, head.last);
    const start = timeText(hourMs);
    for (const { first, last } of head.stretches) {
      for await (const pack of this.#deps.packs.between(this.#workspaceId, first, last)) {
        for (const { call } of pack) {
          const atMs = Date.parse(call.at);
          if (startMs("hour", atMs) !== hourMs || !this.#isWithin(atMs)) continue;
          yield [{ ...tallyOf(call), start }];
        }
      }
    }
  }

  /** Whether all calls of an hour lie in the period. */
  #holds({ firstAt, total }: HourHead): boolean {
    return this.#isWithin(Date.parse(firstAt)) && this.#isWithin(Date.parse(total.lastUsed));
  }

  /** What a block counted. */
  #blockTallies(block: Block, { head }: PlacedBlock, pieces: Pieces): TimedTally[] {
    const { detail } = this.#query;
    this.#note(block.level, block.startMs, head.last);

    const start = timeText(block.startMs);
    const { members, tools, pairs } = decodeBlock(pieces, block.startMs);
    switch (detail) {
      case "total":
        return [{ ...NOBODY, ...NOTHING, ...talliedSums(readSums(head.total)), start }];
      case "members":
        return members.map(({ name, sums }) => {
          return { ...name, ...NOTHING, ...talliedSums(sums), start };
        });
      case "tools":
        return tools.map(({ name, sums }) => {
          return { ...NOBODY, ...name, ...talliedSums(sums), start };
        });
      case "everything":
        return pairs.map(({ member, tool, sums }) => {
          return { ...members[member].name, ...tools[tool].name, ...talliedSums(sums), start };
        });
    }
  }

  #isWithin(atMs: number): boolean {
    return atMs >= this.#fromMs && atMs < this.#toMs;
  }

  #note(level: Level, startMs: number, last: LogPosition): void {
    this.#counted[level].set(startMs, last);
  }

  #countedUpTo(atMs: number): LogPosition {
    for (const level of LEVELS) {
      const last = this.#counted[level].get(startMs(level, atMs));
      if (last !== undefined) return last;
    }
    return LOG_START;
  }
}
