import { makeReport } from "../../../../../../core/analytics/make_report.ts";
import { readReportRequest } from "../../../../../../core/api/analytics_params.ts";
import { byMethod } from "../../../../(_http)/by_method.ts";
import { csvAnswer } from "../../../../../(_http)/csv_answer.ts";

export const handler = byMethod({
  async GET({ url, req, params, state }) {
    const { question, part, isCsv } = readReportRequest(url, req.headers.get("accept"));
    const report = await makeReport(state.services, params.slug, question, part);
    return isCsv ? csvAnswer(report) : Response.json(report);
  },
});
