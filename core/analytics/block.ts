import { z } from "zod";
import type { WorkspaceId } from "../ids.ts";
import { lengthMs, type Level } from "./spans.ts";
import { StoredSums } from "./sums.ts";

/** A stretch of time of one workspace, of which the sums are kept by themselves. */
export interface Block {
  workspaceId: WorkspaceId;
  level: Level;
  startMs: number;
}

/** The tables of a block: rows by member, by tool, and by both. */
export const TABLES = ["members", "tools", "pairs"] as const;
export type Table = typeof TABLES[number];

/** What is known of a block, and where its rows are. */
export const BlockHead = z.object({
  generation: z.string(),
  /** After this the record counts for nothing, even where it still is. */
  expiresAt: z.iso.datetime(),
  /** Until then the hours are there that it was made of. */
  hoursUntil: z.iso.datetime(),
  total: StoredSums,
  firstAt: z.iso.datetime(),
  /** The place in the log of the last call that it counts. */
  last: z.string(),
  /** In how many pieces each table lies; none where an hour is read by its rows instead. */
  pieces: z.record(z.enum(TABLES), z.number().int()),
  /** Hours of which calls were counted when the hours of this day were forgotten already. */
  lateHours: z.array(z.iso.datetime()),
});
export type BlockHead = z.infer<typeof BlockHead>;

/** When a block is over, in milliseconds since 1970. */
export function endMs({ level, startMs }: Pick<Block, "level" | "startMs">): number {
  return startMs + lengthMs(level);
}
