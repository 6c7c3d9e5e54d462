import { readPageQuery } from "../../../../../../core/api/queries.ts";
import { readInput } from "../../../../../../core/api/read_input.ts";
import { createToken } from "../../../../../../core/tokens/create_token.ts";
import { TokenInput } from "../../../../../../core/tokens/token.ts";
import { viewToken } from "../../../../../../core/tokens/view_token.ts";
import { findWorkspace } from "../../../../../../core/workspaces/find_workspace.ts";
import { apiActor } from "../../../../(_http)/api_actor.ts";
import { byMethod } from "../../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const { id } = await findWorkspace(services, ctx.params.slug);
    const page = await services.tokens.list(id, readPageQuery(ctx.url));
    const now = services.now();
    return Response.json({
      ...page,
      items: page.items.map((token) => viewToken(token, now)),
    });
  },

  async POST(ctx) {
    const input = await readInput(ctx.req, TokenInput);
    const created = await createToken(
      ctx.state.services,
      apiActor(ctx),
      ctx.params.slug,
      input,
    );
    return Response.json(created, { status: 201 });
  },
});
