import { readInput } from "../../../../../core/api/read_input.ts";
import { findWebhook } from "../../../../../core/webhooks/find_webhook.ts";
import { removeWebhook } from "../../../../../core/webhooks/remove_webhook.ts";
import { updateWebhook } from "../../../../../core/webhooks/update_webhook.ts";
import { viewWebhook } from "../../../../../core/webhooks/view_webhook.ts";
import { WebhookChange } from "../../../../../core/webhooks/webhook.ts";
import { apiActor } from "../../../(_http)/api_actor.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const webhook = await findWebhook(services, ctx.params.webhook);
    return Response.json(await viewWebhook(services, webhook));
  },

  async PATCH(ctx) {
    const { services } = ctx.state;
    const change = await readInput(ctx.req, WebhookChange);
    const webhook = await updateWebhook(services, apiActor(ctx), ctx.params.webhook, change);
    return Response.json(await viewWebhook(services, webhook));
  },

  async DELETE(ctx) {
    await removeWebhook(ctx.state.services, apiActor(ctx), ctx.params.webhook);
    return new Response(null, { status: 204 });
  },
});
