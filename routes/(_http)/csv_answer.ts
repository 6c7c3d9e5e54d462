import { reportCsv, reportFileName } from "../../core/analytics/report_csv.ts";
import type { AnalyticsReport } from "../../core/analytics/report.ts";

/** A report as a CSV file that a browser saves. */
export function csvAnswer(report: AnalyticsReport): Response {
  const lines = ReadableStream.from(reportCsv(report)).pipeThrough(new TextEncoderStream());
  return new Response(lines, {
    headers: {
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": `attachment; filename="${reportFileName(report)}"`,
    },
  });
}
