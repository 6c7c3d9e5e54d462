import type { Context } from "fresh";
import type { State } from "../../../define.ts";
import { forgetNotice, readNotice } from "./notice_cookie.ts";

/** Says once what was done just before; a page that only brings itself up to date is no reader. */
export async function showNotice(ctx: Context<State>): Promise<Response> {
  if (ctx.req.headers.has("x-live")) return await ctx.next();
  ctx.state.notice = readNotice(ctx);
  const response = await ctx.next();
  const isPage = response.headers.get("content-type")?.startsWith("text/html") ?? false;
  if (ctx.state.notice !== null && isPage) forgetNotice(ctx, response);
  return response;
}
