import { readForce } from "../../../../../core/api/queries.ts";
import { readInput } from "../../../../../core/api/read_input.ts";
import { findServer } from "../../../../../core/servers/find_server.ts";
import { removeServer } from "../../../../../core/servers/remove_server.ts";
import { ServerChange } from "../../../../../core/servers/server.ts";
import { updateServer } from "../../../../../core/servers/update_server.ts";
import { viewServer } from "../../../../../core/servers/view_server.ts";
import { apiActor } from "../../../(_http)/api_actor.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const server = await findServer(services, ctx.params.slug);
    return Response.json(await viewServer(services, server));
  },

  async PATCH(ctx) {
    const { services } = ctx.state;
    const change = await readInput(ctx.req, ServerChange);
    const server = await updateServer(services, apiActor(ctx), ctx.params.slug, change);
    return Response.json(await viewServer(services, server));
  },

  async DELETE(ctx) {
    await removeServer(ctx.state.services, apiActor(ctx), ctx.params.slug, readForce(ctx.url));
    return new Response(null, { status: 204 });
  },
});
