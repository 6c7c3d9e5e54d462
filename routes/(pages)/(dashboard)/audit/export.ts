import { AuditParams, auditQueryOf } from "../../../../core/api/queries.ts";
import { parseInput } from "../../../../core/api/parse_input.ts";
import { define } from "../../../../define.ts";
import { streamAnswer } from "../../../api/(_http)/stream_answer.ts";
import { signedInAdmin } from "../../(_http)/session_cookie.ts";
import { givenFields } from "../(_http)/filters.ts";

/** All changes that the filters of the page let through, as a file of JSON lines. */
export const handler = define.handlers({
  async GET(ctx) {
    const { filter } = auditQueryOf(parseInput(AuditParams, givenFields(ctx.url)));
    const { auditExports } = ctx.state.services;
    const mayRead = async () => await signedInAdmin(ctx) !== null;
    return await streamAnswer(ctx.req, () => auditExports.open(filter, mayRead), {
      "content-type": "application/jsonl; charset=utf-8",
      "content-disposition": 'attachment; filename="audit.jsonl"',
    });
  },
});
