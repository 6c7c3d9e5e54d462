import { removeAdminToken } from "../../../../core/admins/remove_admin_token.ts";
import { apiActor } from "../../(_http)/api_actor.ts";
import { byMethod } from "../../(_http)/by_method.ts";

export const handler = byMethod({
  async DELETE(ctx) {
    await removeAdminToken(ctx.state.services, apiActor(ctx), ctx.params.id);
    return new Response(null, { status: 204 });
  },
});
