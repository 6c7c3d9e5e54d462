import type { ReportRow } from "../../../../../core/analytics/report.ts";
import { readReportRequest, type ReportRequest } from "../../../../../core/api/analytics_params.ts";

/** What filters the calls that are counted, and how people call it. */
export const FILTERS = {
  workspace: "Workspace",
  server: "Server",
  member: "Member",
  tool: "Tool",
  from: "From",
  to: "To",
  timeZone: "Time zone",
} as const;

/** By what the table's rows can be; `each` tells members, servers and tools apart at once. */
export const GROUPS = {
  user: "Member",
  tool: "Tool",
  server: "Server",
  outcome: "Outcome",
  day: "Day",
  hour: "Hour",
  each: "Member, server and tool",
} as const;

/** So many rows stand on a page, unless its address says otherwise. */
const ROWS = 25;

/** A form sends every field, also those that nobody filled in. */
export function withoutEmpty(params: URLSearchParams): URLSearchParams {
  const given = [...params].map(([name, value]) => [name, value.trim()]);
  return new URLSearchParams(given.filter(([, value]) => value !== ""));
}

/**
 * Reads what the page is asked. Dates go before a period. Rows of each member, server and tool
 * are many: the page begins with the members. Throws `invalid_input`.
 */
export function readQuestion(asked: URLSearchParams): ReportRequest {
  const params = new URLSearchParams(asked);
  const by = params.get("by") ?? "user";
  if (by === "each") params.delete("by");
  else params.set("by", by);
  if (params.has("from") || params.has("to")) params.delete("period");
  params.delete("workspace");
  if (!params.has("limit")) params.set("limit", String(ROWS));
  return readReportRequest(new URL(`?${params}`, "http://page"), null);
}

/** The same question but for these fields, from its first row on; an empty one is left out. */
export function analyticsPath(asked: URLSearchParams, changes: Record<string, string>): string {
  const query = new URLSearchParams(asked);
  for (const name of ["cursor", "format"]) query.delete(name);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") query.delete(name);
    else query.set(name, value);
  }
  return query.size === 0 ? "/analytics" : `/analytics?${query}`;
}

/** What leaves nothing but the calls of a row; `null` where a row is of more than that. */
export function filtersOf(row: ReportRow): Record<string, string> | null {
  const { user, email, tokenId, tool, server, serverId, day, start, end } = row;
  const asText = (value: string | null | undefined) => value ?? "";
  if (user !== undefined && tool !== undefined) {
    return { member: email ?? asText(tokenId), tool, server: asText(serverId ?? server) };
  }
  if (user !== undefined) return { member: email ?? tokenId ?? user };
  if (tool !== undefined) return { tool, server: asText(serverId ?? server) };
  if (server !== undefined) return server === null ? null : { server: asText(serverId ?? server) };
  if (day !== undefined) return { from: day, to: day, period: "", by: "hour" };
  if (start === undefined || end === undefined) return null;
  return { from: start, to: end, period: "", by: "" };
}

/** The calls themselves of what a report counts, or those that `more` leaves of them. */
export function callsPath(
  asked: URLSearchParams,
  { from, to }: { from: string; to: string },
  more: Record<string, string> = {},
): string {
  // A period that nobody gave an end goes on.
  const end: Record<string, string> = asked.has("to") ? { to } : {};
  const wanted: Record<string, string | null> = {
    workspace: asked.get("workspace"),
    server: asked.get("server"),
    member: asked.get("member"),
    tool: asked.get("tool"),
    from,
    ...end,
    ...more,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== null && value !== "") query.set(name, value);
  }
  return `/calls?${query}`;
}

/** The calls of one row of a report; `null` where they have no name. */
export function callsOfRow(
  asked: URLSearchParams,
  period: { from: string; to: string },
  row: ReportRow,
): string | null {
  const { outcome, start, end } = row;
  if (outcome !== undefined) return callsPath(asked, period, { outcome });
  if (start !== undefined && end !== undefined) {
    return callsPath(asked, period, { from: start, to: end });
  }
  const filters = filtersOf(row);
  return filters === null ? null : callsPath(asked, period, filters);
}
