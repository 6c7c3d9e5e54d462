import type { WorkspaceId } from "../ids.ts";
import type { BlockStore, PlacedBlock } from "./block_store.ts";
import { type HourLimits, HourSums, type NamedCall } from "./hour_sums.ts";
import type { HourHead, WrittenHour } from "./hour_head.ts";
import type { RollupStore } from "./rollup_store.ts";
import { lengthMs, startMs, timeText } from "./spans.ts";

/** How much one commit takes, on the safe side; a store accepts 800 KiB and 1,000 changes. */
const COMMIT_BYTES = 600 * 1024;
const COMMIT_HOURS = 60;

/** Each is one check of a commit, beside the one of the mark; some stores accept 10. */
const COMMIT_LATE_DAYS = 8;

/** An hour is kept until the log of its day is forgotten, and so much longer. */
const SLACK_MS = 2 * lengthMs("day");

interface Deps {
  rollups: RollupStore;
  blocks: Pick<BlockStore, "find">;
  retentionDaysOf(workspaceId: WorkspaceId): Promise<number>;
  now: () => Date;
  limits?: HourLimits;
}

/** The hours that some calls belong to, read from the store, and what is added to them. */
export class HoursInWork {
  readonly #workspaceId: WorkspaceId;
  readonly #deps: Deps;
  readonly #hours = new Map<number, HourSums>();
  readonly #lateDays = new Map<number, PlacedBlock>();

  constructor(workspaceId: WorkspaceId, deps: Deps) {
    this.#workspaceId = workspaceId;
    this.#deps = deps;
  }

  /** Reads what is stored of the first hours, and of each the rows of the tokens that called. */
  async read(calls: readonly NamedCall[]): Promise<void> {
    const byHour = Map.groupBy(calls, hourOf);
    const first = [...byHour.keys()].slice(0, COMMIT_HOURS);
    await this.#findLateDays(first);
    const hours = this.#withFewLateDays(first);
    const keepMs = await this.#deps.retentionDaysOf(this.#workspaceId) * lengthMs("day") + SLACK_MS;
    const heads = await this.#deps.rollups.heads(this.#workspaceId, hours);

    for (const [index, hourMs] of hours.entries()) {
      const isForgotten =
        this.#lateDay(hourMs)?.head.lateHours.includes(timeText(hourMs)) === false;
      const placed = isForgotten ? null : heads[index];
      const fresh = { generation: calls[0].position, expiresAt: this.#expiresAt(hourMs, keepMs) };
      const hour = new HourSums(hourMs, placed?.head ?? fresh, this.#deps.limits);
      this.#hours.set(hourMs, hour);
      if (placed === null) continue;

      const tokens = new Set(byHour.get(hourMs)?.map(({ name }) => name.tokenId));
      const ids = [...new Set([...tokens].flatMap((tokenId) => hour.unreadFor(tokenId)))];
      const segments = await this.#deps.rollups.segments(this.#workspaceId, placed, ids);
      for (const [at, id] of ids.entries()) hour.setRows(id, segments[at]);
    }
  }

  /** Adds calls while one commit takes what they change; gives how many, which is one or more. */
  add(calls: readonly NamedCall[], counted: number): number {
    let bytes = 0;
    for (const [index, call] of calls.entries()) {
      const hour = this.#hours.get(hourOf(call));
      if (hour === undefined) return index;
      if (index > 0 && bytes + hour.bytesFor(call) > COMMIT_BYTES) return index;

      const before = hour.changedBytes;
      hour.add(call, counted + index + 1);
      bytes += hour.changedBytes - before;
    }
    return calls.length;
  }

  /** What a commit has to write. */
  changes(): WrittenHour[] {
    const changed = [...this.#hours.values()].filter(({ changedBytes }) => changedBytes > 0);
    return changed.map((hour) => {
      const { hourMs } = hour;
      const lateFor = this.#lateDay(hourMs);
      if (lateFor !== null) {
        const { lateHours } = lateFor.head;
        if (!lateHours.includes(timeText(hourMs))) lateHours.push(timeText(hourMs));
      }
      return { hourMs, ...hour.changes(), lateFor };
    });
  }

  /** Finds days that are built and whose hours are forgotten: they take no more calls. */
  async #findLateDays(hours: readonly number[]): Promise<void> {
    const nowMs = this.#deps.now().getTime();
    const days = new Set(hours.map((hourMs) => startMs("day", hourMs)));
    for (const day of days) {
      if (day + lengthMs("day") + SLACK_MS > nowMs) continue;
      const block = { workspaceId: this.#workspaceId, level: "day" as const, startMs: day };
      const built = await this.#deps.blocks.find(block);
      if (built === null || Date.parse(built.head.hoursUntil) > nowMs) continue;
      this.#lateDays.set(day, built);
    }
  }

  /** The first hours whose late days one commit can check; those after them are for the next. */
  #withFewLateDays(hours: readonly number[]): number[] {
    const days = new Set<number>();
    return hours.filter((hourMs) => {
      const late = this.#lateDay(hourMs);
      if (late !== null) days.add(late.startMs);
      return days.size <= COMMIT_LATE_DAYS;
    });
  }

  #lateDay(hourMs: number): PlacedBlock | null {
    return this.#lateDays.get(startMs("day", hourMs)) ?? null;
  }

  /** All hours of a day go at once, so that none is missing while a day can still be built. */
  #expiresAt(hourMs: number, keepMs: number): string {
    const late = this.#lateDay(hourMs);
    if (late !== null) return late.head.expiresAt;
    const dayEnds = startMs("day", hourMs) + lengthMs("day");
    return timeText(Math.max(dayEnds, this.#deps.now().getTime()) + keepMs);
  }
}

/**
 * Until when all of an hour's log is kept for sure, by the retention of its first call: a shorter
 * one leaves a gap in a log that is kept for longer before and after.
 */
export function logKeptUntilMs(hourMs: number, { expiresAt }: Pick<HourHead, "expiresAt">): number {
  const dayEnds = startMs("day", hourMs) + lengthMs("day");
  return Date.parse(expiresAt) - SLACK_MS - (dayEnds - hourMs);
}

function hourOf({ call }: NamedCall): number {
  return startMs("hour", Date.parse(call.at));
}
