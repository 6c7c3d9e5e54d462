import { readDeliveryQuery } from "../../../../core/api/queries.ts";
import { listDeliveries } from "../../../../core/webhooks/view_delivery.ts";
import { byMethod } from "../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { filter, page } = readDeliveryQuery(ctx.url);
    return Response.json(await listDeliveries(ctx.state.services, filter, page));
  },
});
