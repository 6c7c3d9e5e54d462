import { enableServer } from "../../../../../core/servers/disable_server.ts";
import { viewServer } from "../../../../../core/servers/view_server.ts";
import { apiActor } from "../../../(_http)/api_actor.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async POST(ctx) {
    const { services } = ctx.state;
    const server = await enableServer(services, apiActor(ctx), ctx.params.slug);
    return Response.json(await viewServer(services, server));
  },
});
