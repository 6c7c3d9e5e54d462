import { readInput } from "../../../../core/api/read_input.ts";
import { createWebhook } from "../../../../core/webhooks/create_webhook.ts";
import { viewWebhook } from "../../../../core/webhooks/view_webhook.ts";
import { WebhookInput } from "../../../../core/webhooks/webhook.ts";
import { apiActor } from "../../(_http)/api_actor.ts";
import { byMethod } from "../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const all = await services.webhooks.list();
    const items = await Promise.all(all.map((webhook) => viewWebhook(services, webhook)));
    return Response.json({ items, nextCursor: null });
  },

  async POST(ctx) {
    const { services } = ctx.state;
    const input = await readInput(ctx.req, WebhookInput);
    const created = await createWebhook(services, apiActor(ctx), input);
    return Response.json(created, { status: 201 });
  },
});
