import { define } from "../../../define.ts";

/** The MCP endpoint of a workspace. It decides nothing itself. */
export const handler = define.handlers((ctx) =>
  ctx.state.services.gateway.handle(ctx.req, ctx.params.slug, null, ctx.state.address)
);
