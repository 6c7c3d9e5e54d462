import { z } from "zod";

/** What happens between any two of these, the sums stay right: tests end a recount there. */
export const RECOUNT_STEPS = [
  "recount begun",
  "log recounted",
  "hour compared",
  "rows written",
  "hour replaced",
  "block compared",
  "recount cleared away",
] as const;
export type RecountStep = typeof RECOUNT_STEPS[number];

/** What is to be done about sums that differ from the log. */
export const RebuildInput = z.strictObject({
  /** Whether they are replaced; without, they are only found. */
  repair: z.boolean("must be true or false").default(true),
});
export type RebuildInput = z.infer<typeof RebuildInput>;

/** What differed of one hour. */
const HourDifference = z.object({
  /** When the hour begins; ISO 8601, UTC. */
  hour: z.string(),
  /** How many calls the sums had, and how many the log has. */
  summed: z.number().int(),
  logged: z.number().int(),
});
export type HourDifference = z.infer<typeof HourDifference>;

/** How the sums of a workspace compare with its log. */
export const RecountReport = z.object({
  workspace: z.string(),
  /** Whether all sums equal the log now. */
  ok: z.boolean(),
  /** Calls that the log has and that were counted again. */
  calls: z.number().int(),
  hours: z.object({
    equal: z.number().int(),
    different: z.number().int(),
    /** Those of the different ones that were replaced by what the log has. */
    repaired: z.number().int(),
    /** Hours of which the log was forgotten, at least in part; they stay as they are. */
    older: z.number().int(),
  }),
  /** Quarters of days and days, which are added up of hours. */
  blocks: z.object({
    equal: z.number().int(),
    different: z.number().int(),
    repaired: z.number().int(),
    older: z.number().int(),
  }),
  /** The first of the different hours. */
  differences: z.array(HourDifference),
});
export type RecountReport = z.infer<typeof RecountReport>;

/** How many different hours a report names. */
export const MAX_DIFFERENCES = 20;
