import { viewSecrets } from "../../../../../../core/secrets/view_secret.ts";
import { findServer } from "../../../../../../core/servers/find_server.ts";
import { byMethod } from "../../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const server = await findServer(services, ctx.params.slug);
    const items = await viewSecrets(services, server.id);
    return Response.json({ items, nextCursor: null });
  },
});
