import { findServer } from "../../../../../core/servers/find_server.ts";
import { testServer } from "../../../../../core/upstream/test_server.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async POST(ctx) {
    const { services } = ctx.state;
    const server = await findServer(services, ctx.params.slug);
    return Response.json(await testServer(services, server));
  },
});
