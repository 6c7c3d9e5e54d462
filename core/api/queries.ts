import { z } from "zod";
import { Outcome } from "../calls/call.ts";
import type { CallFilter } from "../calls/call_filter.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../calls/export_calls.ts";
import { refusal } from "../errors.ts";
import { EventKind } from "../events/event.ts";
import type { EventFilter } from "../events/event_store.ts";
import type { AuditFilter } from "../audit/audit_filter.ts";
import type { PageQuery } from "../kv/pages.ts";
import { type LiveTopic, LiveTopics } from "../live/live_topic.ts";
import { DeliveryId } from "../ids.ts";
import { Slug } from "../slug.ts";
import { DeliveryState } from "../webhooks/delivery.ts";
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
    300,
    "must have at most 300 characters",
  )
    .optional(),
});

/** Whether something in use is removed all the same. */
export const ForceParams = z.object({
  force: z.enum(["true", "false"], 'must be "true" or "false"').default(
    "false",
  ),
});

const DAY_MS = 24 * 60 * 60 * 1000;

/** The latest end there is: until a year later, texts of times sort as the times do. */
const LATEST = new Date(Date.UTC(9999, 0, 1));

const Time = z.union(
  [z.iso.date(), z.iso.datetime({ offset: true })],
  "must be a date (UTC), or a time with an offset or Z, such as 2026-11-22T09:30:00Z",
);

/** Which calls are wanted. */
export const CallParams = z.object({
  server: z.string().min(1).max(100).optional(),
  member: z.string().min(1).max(254).optional(),
  tool: z.string().min(1).max(300).optional(),
  outcome: z.enum(Outcome.options, `must be one of ${Outcome.options.join(", ")}`).optional(),
  from: Time.optional(),
  to: Time.optional(),
});

/** Which calls are exported, and in which form. */
export const CallExportParams = CallParams.extend({
  format: z.enum(EXPORT_FORMATS, 'must be "jsonl" or "csv"').default("jsonl"),
});

/** Which calls are followed, and after which. */
export const CallTailParams = CallParams.omit({ from: true, to: true }).extend({
  after: z.string().min(1).max(60).optional(),
});

/** Which part of a list of calls is wanted. */
export const CallListParams = PageParams.extend(CallParams.shape);

/** Which events are listed. */
export const EventParams = PageParams.extend({
  server: Slug.optional(),
  kind: z.enum(EventKind.options, `must be one of ${EventKind.options.join(", ")}`).optional(),
});

/** Which deliveries are listed. */
export const DeliveryParams = PageParams.extend({
  cursor: DeliveryId.optional(),
  webhook: z.string().min(1).max(100).optional(),
  state: z.enum(DeliveryState.options, `must be one of ${DeliveryState.options.join(", ")}`)
    .optional(),
});

/** Which entries of the audit log are listed. */
export const AuditParams = PageParams.extend({
  cursor: z.string().regex(/^[1-9][0-9]{0,15}$/, "must be one that this list gave").optional(),
  actor: z.string().min(1).max(200).optional(),
  action: z.string().min(1).max(100).optional(),
  subject: z.string().min(1).max(200).optional(),
  from: Time.optional(),
  to: Time.optional(),
});

/** An entry that somebody noted down earlier. */
export const AuditVerifyParams = z.object({
  expect: z.string().regex(
    /^[1-9][0-9]{0,15}:[0-9a-f]{64}$/,
    "must be an entry's number and its hash, as in 120:<64 hex digits>",
  ).optional(),
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

/** Reads `?server=` and `?kind=`. Throws `invalid_input`. */
export function readEventFilter(url: URL): EventFilter {
  const { server, kind } = parseInput(EventParams, paramsOf(url));
  return { server, kind };
}

/** Reads which page of which calls is asked for. Throws `invalid_input`. */
export function readCallQuery(url: URL): { page: PageQuery; filter: CallFilter } {
  const { limit, cursor, ...params } = parseInput(CallListParams, paramsOf(url));
  return { page: { limit, cursor: cursor ?? null }, filter: callFilterOf(params) };
}

/** Reads which calls are exported. Throws `invalid_input`. */
export function readExportQuery(url: URL): { format: ExportFormat; filter: CallFilter } {
  const { format, ...params } = parseInput(CallExportParams, paramsOf(url));
  return { format, filter: callFilterOf(params) };
}

/** Reads which calls are followed, after which. Throws `invalid_input`. */
export function readTailQuery(
  url: URL,
  headers: Headers,
): { after: string | null; filter: CallFilter } {
  const { after, ...filter } = parseInput(CallTailParams, paramsOf(url));
  return { after: headers.get("last-event-id") ?? after ?? null, filter };
}

/** Which calls these parameters ask for. Throws `invalid_input` for a period without a length. */
export function callFilterOf({ from, to, ...rest }: z.infer<typeof CallParams>): CallFilter {
  return { ...rest, ...periodOf(from, to) };
}

function periodOf(from: string | undefined, to: string | undefined): { from?: Date; to?: Date } {
  const period = { from: asDate(from), to: asEnd(to) };
  if (period.from !== undefined && period.to !== undefined && period.from >= period.to) {
    throw refusal(
      "invalid_input",
      `The period ends before it begins: "to" is not after "from".`,
      "to",
    );
  }
  return period;
}

function asDate(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

/** The first time that does not count: a date alone is counted whole. */
function asEnd(text: string | undefined): Date | undefined {
  const date = asDate(text);
  if (date === undefined) return undefined;
  const isDay = text !== undefined && !text.includes("T");
  const end = isDay ? new Date(date.getTime() + DAY_MS) : date;
  return end < LATEST ? end : LATEST;
}

/** Reads what the list of deliveries is asked for. Throws `invalid_input`. */
export function readDeliveryQuery(url: URL) {
  const { limit, cursor, ...filter } = parseInput(DeliveryParams, paramsOf(url));
  return { page: { limit, cursor: cursor ?? null }, filter };
}

/** Reads what the audit log is asked for. Throws `invalid_input`. */
export function readAuditQuery(url: URL): { page: PageQuery; filter: AuditFilter } {
  return auditQueryOf(parseInput(AuditParams, paramsOf(url)));
}

/** Which entries these parameters ask for. Throws `invalid_input` for a period without a length. */
export function auditQueryOf(
  { limit, cursor, from, to, ...rest }: z.infer<typeof AuditParams>,
): { page: PageQuery; filter: AuditFilter } {
  return {
    page: { limit, cursor: cursor ?? null },
    filter: { ...rest, ...periodOf(from, to) },
  };
}

/** Reads `?expect=`. Throws `invalid_input`. */
export function readExpectedEntry(url: URL): { seq: number; hash: string } | null {
  return expectedEntryOf(parseInput(AuditVerifyParams, paramsOf(url)));
}

/** The entry that somebody noted down; `null` for none. */
export function expectedEntryOf(
  { expect }: z.infer<typeof AuditVerifyParams>,
): { seq: number; hash: string } | null {
  if (expect === undefined) return null;
  const [seq, hash] = expect.split(":");
  return { seq: Number(seq), hash };
}

/** Reads `?topics=`. Throws `invalid_input`. */
export function readLiveTopics(url: URL): LiveTopic[] {
  return parseInput(z.object({ topics: LiveTopics }), paramsOf(url)).topics;
}

function paramsOf(url: URL): Record<string, string> {
  return Object.fromEntries(url.searchParams);
}
