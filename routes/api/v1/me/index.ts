import { viewSelf } from "../../../../core/members/view_self.ts";
import { byMethod } from "../../(_http)/by_method.ts";
import { memberOf } from "../../(_http)/member_of.ts";

export const handler = byMethod({
  async GET(ctx) {
    return Response.json(await viewSelf(ctx.state.services, memberOf(ctx)));
  },
});
