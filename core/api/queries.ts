import { z } from "zod";
import type { PageQuery } from "../kv/pages.ts";
import { Slug } from "../slug.ts";
import { parseInput } from "./parse_input.ts";

const LIMIT_RANGE = "must be a number from 1 to 200";

/** Which part of a list a request asks for. */
export const PageParams = z.object({
  limit: z.coerce.number(LIMIT_RANGE).int(LIMIT_RANGE).min(1, LIMIT_RANGE).max(
    200,
    LIMIT_RANGE,
  )
    .default(100),
  cursor: z.string().min(1, "must not be empty").max(
    200,
    "must have at most 200 characters",
  )
    .optional(),
});

/** Whether something in use is removed all the same. */
export const ForceParams = z.object({
  force: z.enum(["true", "false"], 'must be "true" or "false"').default(
    "false",
  ),
});

/** Which calls a report counts. */
export const AnalyticsParams = z.object({
  period: z.string().default("7d"),
  server: Slug.optional(),
});

/** Reads `?limit=` and `?cursor=`. Throws `invalid_input`. */
export function readPageQuery(url: URL): PageQuery {
  const { limit, cursor } = parseInput(PageParams, paramsOf(url));
  return { limit, cursor: cursor ?? null };
}

/** Reads `?force=true`. Throws `invalid_input`. */
export function readForce(url: URL): { force: boolean } {
  return { force: parseInput(ForceParams, paramsOf(url)).force === "true" };
}

/** Reads `?period=` and `?server=`. Throws `invalid_input`. */
export function readAnalyticsParams(url: URL): z.infer<typeof AnalyticsParams> {
  return parseInput(AnalyticsParams, paramsOf(url));
}

function paramsOf(url: URL): Record<string, string> {
  return Object.fromEntries(url.searchParams);
}
