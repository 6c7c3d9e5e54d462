import { z } from "zod";

/** Up to where a log was added up. */
export const RollMark = z.object({
  /** The last call that was. */
  position: z.string(),
  /** How many were, since ever. */
  counted: z.number().int(),
  /** How often an hour was put right by a recount: what somebody remembers is then wrong. */
  repairs: z.number().int().default(0),
});
export type RollMark = z.infer<typeof RollMark>;
