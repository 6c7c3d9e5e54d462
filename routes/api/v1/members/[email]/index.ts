import { parseInput } from "../../../../../core/api/parse_input.ts";
import { findMember } from "../../../../../core/members/find_member.ts";
import { MemberPath } from "../../../../../core/members/member.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { email } = parseInput(MemberPath, { email: ctx.params.email });
    return Response.json(await findMember(ctx.state.services, email));
  },
});
