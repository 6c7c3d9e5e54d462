import { tryWebhook } from "../../../../../core/webhooks/try_webhook.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async POST(ctx) {
    return Response.json(await tryWebhook(ctx.state.services, ctx.params.webhook));
  },
});
