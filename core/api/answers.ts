import { z } from "zod";
import { Admin } from "../admins/admin.ts";
import { AnalyticsRow } from "../calls/analytics_row.ts";
import { Slug } from "../slug.ts";

/** What the API says about itself, and about who asks. */
export const Status = z.object({
  name: z.literal("aerostack-gateway"),
  version: z.string(),
  /** Origin under which people reach the gateway. */
  publicUrl: z.string(),
  admin: Admin,
});
export type Status = z.infer<typeof Status>;

/** Who called what in a workspace. */
export const AnalyticsReport = z.object({
  workspace: Slug,
  server: Slug.nullable(),
  from: z.string(),
  to: z.string(),
  items: z.array(AnalyticsRow),
  nextCursor: z.null(),
});
export type AnalyticsReport = z.infer<typeof AnalyticsReport>;

/** A page of a list of `item`. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    /** Give it as `?cursor=` for the next page; `null` on the last one. */
    nextCursor: z.string().nullable(),
  });
}
