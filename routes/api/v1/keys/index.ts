import { readKeyReport } from "../../../../core/secrets/read_key_report.ts";
import { byMethod } from "../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    return Response.json(await readKeyReport(ctx.state.services));
  },
});
