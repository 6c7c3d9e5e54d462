import type { PlacedCalls } from "../calls/placed_calls.ts";
import type { LogPosition } from "../calls/log_position.ts";
import type { WorkspaceId } from "../ids.ts";
import type { BlockBuilder } from "./block_builder.ts";
import type { BlockStore } from "./block_store.ts";
import { checkBlocks } from "./check_blocks.ts";
import {
  type HourDifference,
  MAX_DIFFERENCES,
  type RecountReport,
  type RecountStep,
} from "./recount.ts";
import type { Roller } from "./roller.ts";
import { callsOf, readSums } from "./sums.ts";
import type { RollupStore } from "./rollup_store.ts";
import { logKeptUntilMs } from "./hours_in_work.ts";
import { sameHour, type WholeHour } from "./same_sums.ts";
import { startMs, timeText } from "./spans.ts";

/** An hour is replaced between two rolls; so often that is tried. */
const MAX_ATTEMPTS = 50;

/** What a recount works with. */
export interface RecountDeps {
  packs: PlacedCalls;
  rollups: RollupStore;
  blocks: BlockStore;
  roller: Roller;
  builder: BlockBuilder;
  now: () => Date;
  /** Told after each step. */
  after?: (step: RecountStep) => Promise<void> | void;
}

/** How a recount is done. */
export interface RecountPlan {
  /** The book that it writes. */
  book: string;
  repair: boolean;
  /** Called often; throws when the recount has to end. */
  goOn: () => Promise<void>;
}

/** What a comparison found of an hour. */
type Verdict = "equal" | "different" | "older";

/**
 * Counts the log of a workspace again, into a book of its own, and compares hour by hour.
 *
 * Calls may come in and be added up meanwhile. What is compared is comparable: the recount has
 * every call that the hour could have when its head was read.
 */
export class Recounting {
  readonly #workspaceId: WorkspaceId;
  readonly #deps: RecountDeps;
  readonly #plan: RecountPlan;
  readonly #recount: RollupStore;
  readonly #recounter: Roller;
  readonly #differences: HourDifference[] = [];
  readonly #hours = { equal: 0, different: 0, repaired: 0, older: 0 };

  constructor(workspaceId: WorkspaceId, deps: RecountDeps, plan: RecountPlan) {
    this.#workspaceId = workspaceId;
    this.#deps = deps;
    this.#plan = plan;
    this.#recount = deps.rollups.bookOf(plan.book);
    this.#recounter = deps.roller.recounting(this.#recount);
  }

  /** Does all of it; the book is left for {@linkcode RollupStore.clear}. */
  async run(): Promise<Omit<RecountReport, "workspace">> {
    await this.#deps.roller.rollAll(this.#workspaceId);
    await this.#catchUp();
    await this.#after("log recounted");

    for await (const hourMs of this.#allHours()) {
      await this.#plan.goOn();
      await this.#checkHour(hourMs);
    }
    const blocks = await checkBlocks(this.#workspaceId, this.#deps, this.#plan);
    const hours = this.#hours;
    const isWhole = ({ different, repaired }: { different: number; repaired: number }) => {
      return different === repaired;
    };
    const { counted } = await this.#recount.mark(this.#workspaceId);
    return {
      ok: isWhole(hours) && isWhole(blocks),
      calls: counted,
      hours,
      blocks,
      differences: this.#differences,
    };
  }

  /** Counts up to where the roller is; gives where that is, and where the recount is then. */
  async #catchUp(): Promise<{ upTo: LogPosition; reached: LogPosition }> {
    const { position: upTo } = await this.#deps.rollups.mark(this.#workspaceId);
    return { upTo, reached: await this.#countUpTo(upTo) };
  }

  /** Counts up to a place in the log, unless that was done before; gives where the recount is. */
  async #countUpTo(position: LogPosition): Promise<LogPosition> {
    let rolled;
    do {
      await this.#plan.goOn();
      rolled = await this.#recounter.roll(this.#workspaceId, position);
    } while (rolled?.isAtEnd !== true);
    return rolled.position;
  }

  /** Every hour that the sums or the recount have, in order. */
  async *#allHours(): AsyncGenerator<number> {
    const sources = [this.#deps.rollups, this.#recount].map((store) => {
      return store.allHeads(this.#workspaceId);
    });
    const next = await Promise.all(sources.map((source) => source.next()));
    for (;;) {
      const hours = next.map(({ value }) => value?.hourMs ?? Infinity);
      const hourMs = Math.min(...hours);
      if (hourMs === Infinity) return;
      yield hourMs;
      for (const [index, source] of sources.entries()) {
        if (hours[index] === hourMs) next[index] = await source.next();
      }
    }
  }

  async #checkHour(hourMs: number): Promise<void> {
    const summed = await this.#read(this.#deps.rollups, hourMs);
    // With this the recount is not behind the hour; nor is it ahead, being behind the roller.
    if (summed !== null) {
      const { position } = await this.#deps.rollups.mark(this.#workspaceId);
      const { last } = summed.head;
      await this.#countUpTo(last < position ? last : position);
    }

    const logged = await this.#read(this.#recount, hourMs);
    const verdict = await this.#compare(hourMs, summed, logged);
    this.#hours[verdict]++;
    await this.#after("hour compared");
    if (verdict === "different") await this.#note(hourMs, summed, logged);
  }

  async #compare(
    hourMs: number,
    summed: WholeHour | null,
    logged: WholeHour | null,
  ): Promise<Verdict> {
    if (summed !== null && logged !== null && sameHour(summed, logged)) return "equal";
    const begin = await this.#deps.packs.oldest(this.#workspaceId) ?? "~";
    if (summed !== null && summed.head.first < begin) return "older";
    const nowMs = this.#deps.now().getTime();
    if (summed !== null && logKeptUntilMs(hourMs, summed.head) <= nowMs) return "older";
    return await this.#isForgotten(hourMs) ? "older" : "different";
  }

  /** Whether sums of hours were given up, and only their day has all: it could not be built anew. */
  async #isForgotten(hourMs: number): Promise<boolean> {
    const day = {
      workspaceId: this.#workspaceId,
      level: "day" as const,
      startMs: startMs("day", hourMs),
    };
    const built = await this.#deps.blocks.find(day);
    return built !== null && this.#isPast(built.head.hoursUntil);
  }

  #isPast(time: string): boolean {
    return Date.parse(time) <= this.#deps.now().getTime();
  }

  async #note(
    hourMs: number,
    summed: WholeHour | null,
    logged: WholeHour | null,
  ): Promise<void> {
    if (this.#differences.length < MAX_DIFFERENCES) {
      const hour = timeText(hourMs);
      this.#differences.push({ hour, summed: callsIn(summed), logged: callsIn(logged) });
    }
    if (!this.#plan.repair || !await this.#replace(hourMs)) return;
    this.#hours.repaired++;
  }

  /** Puts what the log has in the place of an hour's sums, at one moment between two rolls. */
  async #replace(hourMs: number): Promise<boolean> {
    const { rollups } = this.#deps;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const mark = await rollups.mark(this.#workspaceId);
      const { upTo, reached } = await this.#catchUp();
      const recounted = await this.#recount.mark(this.#workspaceId);
      if (upTo !== mark.position || recounted.position !== reached) continue;
      const [before] = await rollups.heads(this.#workspaceId, [hourMs]);
      const logged = await this.#read(this.#recount, hourMs);

      const head = logged === null ? null : {
        ...logged.head,
        generation: `${this.#plan.book} ${attempt}`,
        expiresAt: before?.head.expiresAt ?? logged.head.expiresAt,
      };
      if (head !== null && logged !== null) {
        await rollups.copySegments(this.#workspaceId, { hourMs, head }, this.#recount, logged.head);
        await this.#after("rows written");
      }
      if (!await rollups.replace(this.#workspaceId, mark, hourMs, { head, recounted })) {
        continue;
      }
      await this.#after("hour replaced");
      if (before !== null) await rollups.deleteSegments(this.#workspaceId, before);
      return true;
    }
    return false;
  }

  /** An hour with its rows; of a recount nobody else changes them. */
  async #read(store: RollupStore, hourMs: number): Promise<WholeHour | null> {
    const [placed] = await store.heads(this.#workspaceId, [hourMs]);
    return placed === null ? null : await store.rowsOf(this.#workspaceId, placed);
  }

  async #after(step: RecountStep): Promise<void> {
    await this.#deps.after?.(step);
  }
}

function callsIn(hour: WholeHour | null): number {
  return hour === null ? 0 : callsOf(readSums(hour.head.total));
}
