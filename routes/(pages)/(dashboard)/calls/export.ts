import { EXPORT_FORMATS } from "../../../../core/calls/export_calls.ts";
import { refusal } from "../../../../core/errors.ts";
import { parseInput } from "../../../../core/api/parse_input.ts";
import { z } from "zod";
import { define } from "../../../../define.ts";
import { streamAnswer } from "../../../api/(_http)/stream_answer.ts";
import { signedInAdmin } from "../../(_http)/session_cookie.ts";
import { givenFields } from "../(_http)/filters.ts";
import { CallPageParams, callPageQuery } from "./(_http)/call_page_query.ts";

const ExportParams = CallPageParams.extend({
  format: z.enum(EXPORT_FORMATS, 'must be "jsonl" or "csv"').default("jsonl"),
});

const TYPES = { jsonl: "application/jsonl; charset=utf-8", csv: "text/csv; charset=utf-8" };

/** All calls of a workspace that the filters of the page let through, as a file. */
export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const { format, ...fields } = parseInput(ExportParams, givenFields(ctx.url));
    const query = callPageQuery(fields, await services.workspaces.listAll());
    const { workspace, filter } = query;
    if (workspace === null) {
      throw refusal("not_found", "An export is of one workspace; choose it on the page of calls.");
    }
    const mayRead = async () => await signedInAdmin(ctx) !== null;
    const open = () => services.callStreams.export({ workspace, format, filter }, mayRead);
    return await streamAnswer(ctx.req, open, {
      "content-type": TYPES[format],
      "content-disposition": `attachment; filename="${workspace.slug}-calls.${format}"`,
    });
  },
});
