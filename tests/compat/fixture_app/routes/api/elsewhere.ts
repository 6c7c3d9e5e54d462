import type { RouteConfig } from "fresh";
import { define } from "../../define.ts";

export const config: RouteConfig = { routeOverride: "/v1/items/:id(\\d+)" };

export const handler = define.handlers({
  GET: (ctx) => ctx.json(ctx.params),
});
