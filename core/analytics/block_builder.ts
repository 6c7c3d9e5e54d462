import { LOG_START } from "../calls/log_position.ts";
import { type Block, type BlockHead, endMs } from "./block.ts";
import { encodeBlock } from "./block_rows.ts";
import type { BlockStore, BlockTodo, Pieces } from "./block_store.ts";
import { BLOCK_LIMITS, type BlockLimits, BlockSums } from "./block_sums.ts";
import type { RollupStore } from "./rollup_store.ts";
import { lengthMs, timeText } from "./spans.ts";
import { storeSums } from "./sums.ts";

/** What happens between any two of these, the sums come out right: tests end the builder there. */
export const BUILD_STEPS = [
  "note read",
  "rows added up",
  "old pieces deleted",
  "pieces written",
  "block finished",
] as const;
export type BuildStep = typeof BUILD_STEPS[number];

/** Calls are counted when they are over: a block is built when most of its calls are. */
const SETTLE_MS = 90_000;

/** How long a day's sums are kept after it. */
export const DAYS_KEPT = 400;

/** What the builder works with. */
export interface BlockBuilderDeps {
  rollups: RollupStore;
  blocks: BlockStore;
  now: () => Date;
  /** Told after each step. */
  after?: (step: BuildStep) => Promise<void> | void;
  limits?: BlockLimits;
}

/** A block in memory, before it is written. */
export interface Built {
  head: BlockHead;
  pieces: Pieces;
}

/**
 * Adds hours up to longer blocks, once they are over, so that reports read little.
 *
 * It may end at any step, and several may build the same: a block counts from the commit that
 * takes its note away, which fails when a call was counted meanwhile.
 */
export class BlockBuilder {
  readonly #deps: BlockBuilderDeps;

  constructor(deps: BlockBuilderDeps) {
    this.#deps = deps;
  }

  /**
   * Builds all that is due; gives how many blocks that were. With `onError`, a block that cannot
   * be built keeps no other one waiting.
   */
  async buildDue(
    { signal, onError }: {
      signal?: AbortSignal;
      onError?: (block: Block, error: unknown) => void;
    } = {},
  ): Promise<number> {
    let count = 0;
    for await (const todo of this.#deps.blocks.due(this.#deps.now().getTime() - SETTLE_MS)) {
      if (signal?.aborted) break;
      try {
        await this.#after("note read");
        if (await this.#build(todo)) count++;
      } catch (error) {
        if (onError === undefined) throw error;
        onError(todo.block, error);
      }
    }
    return count;
  }

  /** Adds a block up from its hours; `null` when there is nothing to keep. */
  async addUp(block: Block, generation: string): Promise<Built | null> {
    const { rollups, limits = BLOCK_LIMITS } = this.#deps;
    const sums = new BlockSums(limits);
    let [firstAt, last, until] = ["", LOG_START, Infinity];

    for await (
      const hour of rollups.headsBetween(block.workspaceId, block.startMs, endMs(block))
    ) {
      const { head, rows } = await rollups.rowsOf(block.workspaceId, hour);
      for (const row of rows) sums.add(row);
      if (firstAt === "" || head.firstAt < firstAt) firstAt = head.firstAt;
      if (head.last > last) last = head.last;
      until = Math.min(until, Date.parse(head.expiresAt));
    }
    const rows = sums.rows();
    const { members, tools, pairs } = rows;
    if (pairs.length === 0) return null;
    // An hour has its rows already, and beside them only what spares reading many of those.
    const spares = (table: readonly unknown[]) => pairs.length > limits.fewRows * table.length;
    const kept = block.level !== "hour" ? rows : {
      members: spares(members) ? members : [],
      tools: spares(tools) ? tools : [],
      pairs: [],
    };
    if (kept.members.length + kept.tools.length === 0) return null;

    const pieces = encodeBlock(kept, block.startMs);
    const hoursUntil = timeText(until);
    const head: BlockHead = {
      generation,
      expiresAt: block.level === "day" ? this.#dayExpiresAt(block, until) : hoursUntil,
      hoursUntil,
      total: storeSums(sums.total),
      firstAt,
      last,
      pieces: {
        members: pieces.members.length,
        tools: pieces.tools.length,
        pairs: pieces.pairs.length,
      },
      lateHours: [],
    };
    return { head, pieces };
  }

  async #build(todo: BlockTodo): Promise<boolean> {
    const { blocks } = this.#deps;
    const built = await this.addUp(todo.block, todo.versionstamp);
    await this.#after("rows added up");
    if (!await blocks.clearPieces(todo)) return false;
    await this.#after("old pieces deleted");
    if (built !== null) {
      const written = () => this.#after("pieces written");
      if (!await blocks.writePieces(todo, built, written)) return false;
    }
    const isFinished = await blocks.finish(todo, built?.head ?? null);
    await this.#after("block finished");
    return isFinished && built !== null;
  }

  #dayExpiresAt(block: Block, hoursUntilMs: number): string {
    const endsMs = Math.max(endMs(block), this.#deps.now().getTime());
    return timeText(Math.max(endsMs + DAYS_KEPT * lengthMs("day"), hoursUntilMs));
  }

  async #after(step: BuildStep): Promise<void> {
    await this.#deps.after?.(step);
  }
}
