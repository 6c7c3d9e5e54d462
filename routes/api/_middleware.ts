import type { Context } from "fresh";
import { authenticateBearer } from "../../core/admins/authenticate_admin.ts";
import { GatewayError } from "../../core/errors.ts";
import { define, type State } from "../../define.ts";
import { errorAnswer, toGatewayError } from "./(_http)/error_answer.ts";

/** The description of the API is the one thing that anybody may read. */
const OPEN_PATH = "/api/v1/openapi.json";

/** Answers every error in JSON, and keeps every answer out of caches. */
async function answerErrors(ctx: Context<State>): Promise<Response> {
  const response = await ctx.next().catch((thrown: unknown) => {
    const error = toGatewayError(thrown, ctx.url.pathname);
    if (error.code === "internal") logFailure(ctx, error);
    const challenge = { "www-authenticate": 'Bearer realm="aerostack"' };
    return errorAnswer(error, error.code === "unauthorized" ? challenge : {});
  });
  response.headers.set("cache-control", "no-store");
  return response;
}

/** Names the route and not the path, which may hold a token. */
function logFailure({ req, route, state }: Context<State>, error: GatewayError): void {
  const cause = error.cause instanceof Error ? `\n${error.cause.stack}` : "";
  state.services.log(`${req.method} ${route}: ${error.message}${cause}`);
}

/** Lets an admin's bearer pass, and nothing else. */
async function requireAdmin(ctx: Context<State>): Promise<Response> {
  if (ctx.url.pathname === OPEN_PATH) return await ctx.next();

  const header = ctx.req.headers.get("authorization");
  ctx.state.admin = await authenticateBearer(ctx.state.services, header);
  if (ctx.state.admin === null) {
    throw new GatewayError(
      "unauthorized",
      "Cannot use the admin API: no admin's bearer",
    );
  }
  return await ctx.next();
}

export default define.middleware([answerErrors, requireAdmin]);
