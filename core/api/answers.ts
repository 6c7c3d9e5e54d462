import { z } from "zod";
import { Admin } from "../admins/admin.ts";

/** What the API says about itself, and about who asks. */
export const Status = z.object({
  name: z.literal("aerostack-gateway"),
  version: z.string(),
  /** Origin under which people reach the gateway. */
  publicUrl: z.string(),
  admin: Admin,
});
export type Status = z.infer<typeof Status>;

/** A page of a list of `item`. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    /** Give it as `?cursor=` for the next page; `null` on the last one. */
    nextCursor: z.string().nullable(),
  });
}
