import { readExportQuery } from "../../../../../../core/api/queries.ts";
import { findWorkspace } from "../../../../../../core/workspaces/find_workspace.ts";
import { byMethod } from "../../../../(_http)/by_method.ts";
import { mayStillRead, streamAnswer } from "../../../../(_http)/stream_answer.ts";

const TYPES = { jsonl: "application/jsonl; charset=utf-8", csv: "text/csv; charset=utf-8" };

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const { format, filter } = readExportQuery(ctx.url);
    const workspace = await findWorkspace(services, ctx.params.slug);
    const open = () =>
      services.callStreams.export({ workspace, format, filter }, mayStillRead(ctx));
    return await streamAnswer(ctx.req, open, {
      "content-type": TYPES[format],
      "content-disposition": `attachment; filename="${workspace.slug}-calls.${format}"`,
    });
  },
});
