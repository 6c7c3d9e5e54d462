import { revokeToken } from "../../../../../../core/tokens/revoke_token.ts";
import { byMethod } from "../../../../(_http)/by_method.ts";

export const handler = byMethod({
  async DELETE(ctx) {
    const { slug, token } = ctx.params;
    return Response.json(await revokeToken(ctx.state.services, slug, token));
  },
});
