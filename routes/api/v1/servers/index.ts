import { readPageQuery } from "../../../../core/api/queries.ts";
import { readInput } from "../../../../core/api/read_input.ts";
import { registerServer } from "../../../../core/servers/register_server.ts";
import { ServerInput } from "../../../../core/servers/server.ts";
import { viewServer } from "../../../../core/servers/view_server.ts";
import { apiActor } from "../../(_http)/api_actor.ts";
import { byMethod } from "../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const page = await services.servers.list(readPageQuery(ctx.url));
    const items = await Promise.all(
      page.items.map((server) => viewServer(services, server)),
    );
    return Response.json({ ...page, items });
  },

  async POST(ctx) {
    const { services } = ctx.state;
    const input = await readInput(ctx.req, ServerInput);
    const server = await registerServer(services, apiActor(ctx), input);
    return Response.json(await viewServer(services, server), { status: 201 });
  },
});
