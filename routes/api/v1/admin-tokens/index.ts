import { AdminTokenInput } from "../../../../core/admins/admin.ts";
import { createAdminToken, viewAdminToken } from "../../../../core/admins/create_admin_token.ts";
import { readPageQuery } from "../../../../core/api/queries.ts";
import { readInput } from "../../../../core/api/read_input.ts";
import { apiActor } from "../../(_http)/api_actor.ts";
import { byMethod } from "../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const page = await ctx.state.services.admins.tokens.list(
      readPageQuery(ctx.url),
    );
    return Response.json({ ...page, items: page.items.map(viewAdminToken) });
  },

  async POST(ctx) {
    const input = await readInput(ctx.req, AdminTokenInput);
    const created = await createAdminToken(ctx.state.services, apiActor(ctx), input);
    return Response.json(created, { status: 201 });
  },
});
