import { readInput } from "../../../../../../core/api/read_input.ts";
import { revokeToken } from "../../../../../../core/tokens/revoke_token.ts";
import { TokenChange } from "../../../../../../core/tokens/token.ts";
import { updateToken } from "../../../../../../core/tokens/update_token.ts";
import { apiActor } from "../../../../(_http)/api_actor.ts";
import { byMethod } from "../../../../(_http)/by_method.ts";

export const handler = byMethod({
  async PATCH(ctx) {
    const { slug, token } = ctx.params;
    const change = await readInput(ctx.req, TokenChange);
    return Response.json(await updateToken(ctx.state.services, apiActor(ctx), slug, token, change));
  },

  async DELETE(ctx) {
    const { slug, token } = ctx.params;
    return Response.json(await revokeToken(ctx.state.services, apiActor(ctx), slug, token));
  },
});
