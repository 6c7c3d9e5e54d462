import { findDelivery, viewDelivery } from "../../../../../core/webhooks/view_delivery.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { delivery, webhook } = await findDelivery(ctx.state.services, ctx.params.id);
    return Response.json(viewDelivery(delivery, webhook));
  },
});
