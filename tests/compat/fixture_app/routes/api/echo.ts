import { define } from "../../define.ts";

export const handlers = define.handlers((ctx) => ctx.json(ctx.req.method));
