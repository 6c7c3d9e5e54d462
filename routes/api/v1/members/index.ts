import { readPageQuery } from "../../../../core/api/queries.ts";
import { viewMemberTokens } from "../../../../core/members/view_member.ts";
import { byMethod } from "../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const page = await services.members.list(readPageQuery(ctx.url));
    const items = await Promise.all(page.items.map(async ({ email, tokens }) => {
      return { email, tokens: await viewMemberTokens(services, tokens) };
    }));
    return Response.json({ ...page, items });
  },
});
