import { readPageQuery } from "../../../../core/api/queries.ts";
import { readInput } from "../../../../core/api/read_input.ts";
import { createWorkspace } from "../../../../core/workspaces/create_workspace.ts";
import { viewWorkspace } from "../../../../core/workspaces/view_workspace.ts";
import { WorkspaceInput } from "../../../../core/workspaces/workspace.ts";
import { apiActor } from "../../(_http)/api_actor.ts";
import { byMethod } from "../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const page = await services.workspaces.list(readPageQuery(ctx.url));
    const items = await Promise.all(
      page.items.map((one) => viewWorkspace(services, one)),
    );
    return Response.json({ ...page, items });
  },

  async POST(ctx) {
    const { services } = ctx.state;
    const input = await readInput(ctx.req, WorkspaceInput);
    const workspace = await createWorkspace(services, apiActor(ctx), input);
    return Response.json(await viewWorkspace(services, workspace), {
      status: 201,
    });
  },
});
