import { readKeyReport } from "../../../../core/secrets/read_key_report.ts";
import { apiActor } from "../../(_http)/api_actor.ts";
import { byMethod } from "../../(_http)/by_method.ts";

export const handler = byMethod({
  async POST(ctx) {
    const { services } = ctx.state;
    await services.keyRotation.start(apiActor(ctx));
    return Response.json(await readKeyReport(services), { status: 202 });
  },
});
