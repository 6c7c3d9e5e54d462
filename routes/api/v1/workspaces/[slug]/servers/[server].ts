import { readOptionalInput } from "../../../../../../core/api/read_input.ts";
import { installServer } from "../../../../../../core/workspaces/install_server.ts";
import { uninstallServer } from "../../../../../../core/workspaces/uninstall_server.ts";
import { viewWorkspace } from "../../../../../../core/workspaces/view_workspace.ts";
import { InstallInput } from "../../../../../../core/workspaces/workspace.ts";
import { apiActor } from "../../../../(_http)/api_actor.ts";
import { byMethod } from "../../../../(_http)/by_method.ts";

export const handler = byMethod({
  async PUT(ctx) {
    const { services } = ctx.state;
    const { slug: workspace, server } = ctx.params;
    const input = await readOptionalInput(ctx.req, InstallInput);
    const installed = await installServer(services, apiActor(ctx), { workspace, server }, input);
    const view = await viewWorkspace(services, installed.workspace);
    return Response.json(view, { status: installed.isNew ? 201 : 200 });
  },

  async DELETE(ctx) {
    const { slug: workspace, server } = ctx.params;
    await uninstallServer(ctx.state.services, apiActor(ctx), { workspace, server });
    return new Response(null, { status: 204 });
  },
});
