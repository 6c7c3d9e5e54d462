import { z } from "zod";
import type { LogPosition } from "../calls/log_position.ts";
import type { PlacedBlock } from "./block_store.ts";
import { StoredSums } from "./sums.ts";

/** Calls of an hour that lie near each other in the log. */
const Stretch = z.object({
  first: z.string(),
  last: z.string(),
  /** How many calls of the workspace were counted when the last of them was. */
  counted: z.number().int(),
});
export type Stretch = z.infer<typeof Stretch>;

/** What is known of an hour, and where its rows are. */
export const HourHead = z.object({
  /** Says apart the rows of now from those of a head that was replaced. */
  generation: z.string(),
  /** After this the record counts for nothing, even where it still is. */
  expiresAt: z.iso.datetime(),
  total: StoredSums,
  /** The earliest arrival; `total.lastUsed` is the latest. */
  firstAt: z.iso.datetime(),
  /** Places in the log: of the first and of the last call that was counted here. */
  first: z.string(),
  last: z.string(),
  stretches: z.array(Stretch),
  /** How many rows name their tool. */
  rows: z.number().int(),
  /** The segments in their order, each with the first place that belongs to it. */
  segments: z.array(z.object({ id: z.number().int(), from: z.string() })),
});
export type HourHead = z.infer<typeof HourHead>;

/** The head of an hour, and when the hour begins. */
export interface PlacedHead {
  hourMs: number;
  head: HourHead;
  versionstamp: string;
}

/** An hour as a commit leaves it. */
export interface WrittenHour {
  hourMs: number;
  head: HourHead;
  /** The segments that changed. */
  segments: { id: number; bytes: Uint8Array }[];
  /** The day that the hour is added to, where the other hours of that day are forgotten. */
  lateFor: PlacedBlock | null;
}

/** So far apart, calls of an hour are in different stretches. */
const FAR_CALLS = 5_000;
const MAX_STRETCHES = 16;

/**
 * Notes that a call of this place was counted, as the `counted`th of its workspace.
 *
 * A call that a wrong clock put into an old hour then costs nobody the reading of all that lies
 * between them in the log.
 */
export function lengthenStretches(
  stretches: Stretch[],
  position: LogPosition,
  counted: number,
): void {
  const last = stretches.at(-1);
  const isNear = last !== undefined && counted - last.counted <= FAR_CALLS;
  if (last !== undefined && (isNear || stretches.length === MAX_STRETCHES)) {
    last.last = position;
    last.counted = counted;
    return;
  }
  stretches.push({ first: position, last: position, counted });
}
