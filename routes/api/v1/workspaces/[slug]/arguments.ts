import { purgeArguments } from "../../../../../core/arguments/change_argument_logging.ts";
import { apiActor } from "../../../(_http)/api_actor.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async DELETE(ctx) {
    await purgeArguments(ctx.state.services, apiActor(ctx), ctx.params.slug);
    return new Response(null, { status: 204 });
  },
});
