import { readInput } from "../../../../../core/api/read_input.ts";
import { readForce } from "../../../../../core/api/queries.ts";
import { findWorkspace } from "../../../../../core/workspaces/find_workspace.ts";
import { removeWorkspace } from "../../../../../core/workspaces/remove_workspace.ts";
import { updateWorkspace } from "../../../../../core/workspaces/update_workspace.ts";
import { viewWorkspace } from "../../../../../core/workspaces/view_workspace.ts";
import { apiActor } from "../../../(_http)/api_actor.ts";
import { WorkspaceChange } from "../../../../../core/workspaces/workspace.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const workspace = await findWorkspace(services, ctx.params.slug);
    return Response.json(await viewWorkspace(services, workspace));
  },

  async PATCH(ctx) {
    const { services } = ctx.state;
    const change = await readInput(ctx.req, WorkspaceChange);
    const workspace = await updateWorkspace(services, apiActor(ctx), ctx.params.slug, change);
    return Response.json(await viewWorkspace(services, workspace));
  },

  async DELETE(ctx) {
    await removeWorkspace(
      ctx.state.services,
      apiActor(ctx),
      ctx.params.slug,
      readForce(ctx.url),
    );
    return new Response(null, { status: 204 });
  },
});
