import { readCallQuery } from "../../../../../../core/api/queries.ts";
import { findWorkspace } from "../../../../../../core/workspaces/find_workspace.ts";
import { byMethod } from "../../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const { page, filter } = readCallQuery(ctx.url);
    const workspace = await findWorkspace(services, ctx.params.slug);
    return Response.json(await services.callQueries.list(workspace, page, filter));
  },
});
