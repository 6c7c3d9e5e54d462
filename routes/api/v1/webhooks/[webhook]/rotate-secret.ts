import { readOptionalInput } from "../../../../../core/api/read_input.ts";
import { rotateWebhookSecret } from "../../../../../core/webhooks/rotate_webhook_secret.ts";
import { RotationInput } from "../../../../../core/webhooks/webhook.ts";
import { apiActor } from "../../../(_http)/api_actor.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async POST(ctx) {
    const { services } = ctx.state;
    const input = await readOptionalInput(ctx.req, RotationInput);
    const { webhook } = ctx.params;
    return Response.json(await rotateWebhookSecret(services, apiActor(ctx), webhook, input));
  },
});
