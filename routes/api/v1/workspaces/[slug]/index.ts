import { readForce } from "../../../../../core/api/queries.ts";
import { findWorkspace } from "../../../../../core/workspaces/find_workspace.ts";
import { removeWorkspace } from "../../../../../core/workspaces/remove_workspace.ts";
import { viewWorkspace } from "../../../../../core/workspaces/view_workspace.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const workspace = await findWorkspace(services, ctx.params.slug);
    return Response.json(await viewWorkspace(services, workspace));
  },

  async DELETE(ctx) {
    await removeWorkspace(
      ctx.state.services,
      ctx.params.slug,
      readForce(ctx.url),
    );
    return new Response(null, { status: 204 });
  },
});
