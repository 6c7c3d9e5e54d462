import { findCall } from "../../../../../../../core/calls/find_call.ts";
import { byMethod } from "../../../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { slug, call: id } = ctx.params;
    const { call } = await findCall(ctx.state.services, slug, id);
    return Response.json(call);
  },
});
