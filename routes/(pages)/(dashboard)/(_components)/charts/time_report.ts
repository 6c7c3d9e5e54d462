import type { AnalyticsReport } from "../../../../../core/analytics/report.ts";

/** What a chart over time draws: a report by day or by hour, all rows of it. */
export type TimeReport = Pick<AnalyticsReport, "by" | "timeZone" | "total" | "items">;
