import { removeAdminToken } from "../../../../core/admins/remove_admin_token.ts";
import { byMethod } from "../../(_http)/by_method.ts";

export const handler = byMethod({
  async DELETE(ctx) {
    await removeAdminToken(ctx.state.services, ctx.params.id);
    return new Response(null, { status: 204 });
  },
});
