import { enableWorkspace } from "../../../../../core/workspaces/disable_workspace.ts";
import { viewWorkspace } from "../../../../../core/workspaces/view_workspace.ts";
import { apiActor } from "../../../(_http)/api_actor.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async POST(ctx) {
    const { services } = ctx.state;
    const workspace = await enableWorkspace(services, apiActor(ctx), ctx.params.slug);
    return Response.json(await viewWorkspace(services, workspace));
  },
});
