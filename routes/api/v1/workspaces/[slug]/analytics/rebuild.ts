import { RebuildInput } from "../../../../../../core/analytics/recount.ts";
import { rebuildRollups } from "../../../../../../core/analytics/rebuild_rollups.ts";
import { readOptionalInput } from "../../../../../../core/api/read_input.ts";
import { apiActor } from "../../../../(_http)/api_actor.ts";
import { byMethod } from "../../../../(_http)/by_method.ts";

export const handler = byMethod({
  async POST(ctx) {
    const { services } = ctx.state;
    const input = await readOptionalInput(ctx.req, RebuildInput);
    const deps = { ...services, ...services.rollups };
    return Response.json(await rebuildRollups(deps, apiActor(ctx), ctx.params.slug, input));
  },
});
