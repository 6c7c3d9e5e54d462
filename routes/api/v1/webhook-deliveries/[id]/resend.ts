import { resendDelivery } from "../../../../../core/webhooks/resend_delivery.ts";
import { apiActor } from "../../../(_http)/api_actor.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async POST(ctx) {
    const { services } = ctx.state;
    return Response.json(await resendDelivery(services, apiActor(ctx), ctx.params.id));
  },
});
