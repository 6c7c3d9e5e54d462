import { parseInput } from "../../../../../core/api/parse_input.ts";
import { MemberPath } from "../../../../../core/members/member.ts";
import { offboardMember } from "../../../../../core/members/offboard_member.ts";
import { apiActor } from "../../../(_http)/api_actor.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async POST(ctx) {
    const { email } = parseInput(MemberPath, { email: ctx.params.email });
    return Response.json(await offboardMember(ctx.state.services, apiActor(ctx), email));
  },
});
