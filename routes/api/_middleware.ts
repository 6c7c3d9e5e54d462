import type { Context } from "fresh";
import { authenticateBearer } from "../../core/admins/authenticate_admin.ts";
import { requireRole } from "../../core/admins/role.ts";
import { findOperation } from "../../core/api/find_operation.ts";
import { GatewayError } from "../../core/errors.ts";
import { authenticateMember } from "../../core/tokens/authenticate_member.ts";
import { define, type State } from "../../define.ts";
import { errorAnswer, nothingAt, toGatewayError } from "./(_http)/error_answer.ts";

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

/**
 * Lets pass who may use the operation, by the one table of operations.
 *
 * A route that is in no rule is nobody's. Whoever shows no good bearer learns nothing,
 * not even what there is.
 */
async function checkAccess(ctx: Context<State>): Promise<Response> {
  const { req, route, state, url } = ctx;
  const rule = findOperation(req.method, route);
  const needed = rule === null || rule === "method" ? "viewer" : rule.role;
  if (needed === "anyone") return await ctx.next();

  const header = req.headers.get("authorization");
  const { services, address } = state;
  if (needed === "member") {
    state.member = await authenticateMember(services, header, address);
    if (state.member === null) throw noBearer();
    return await ctx.next();
  }

  state.admin = await authenticateBearer(services, header, address);
  if (state.admin === null) throw noBearer();
  requireRole(state.admin.role, needed);
  if (rule === null) throw nothingAt(url.pathname);
  return await ctx.next();
}

function noBearer(): GatewayError {
  return new GatewayError("unauthorized", "Cannot use the API: no bearer that opens it");
}

export default define.middleware([answerErrors, checkAccess]);
