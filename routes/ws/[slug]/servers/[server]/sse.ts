import { define } from "../../../../../define.ts";

/** The MCP endpoint of one server alone, under its own names. It decides nothing itself. */
export const handler = define.handlers((ctx) =>
  ctx.state.services.gateway.handle(ctx.req, ctx.params.slug, ctx.params.server, ctx.state.address)
);
