import type { ResolvedFreshConfig } from "./config.ts";
import { type Context, surroundings } from "./context.ts";
import { HttpError } from "./error.ts";
import type { Method } from "./handlers.ts";

/** The address of a request, as the app sees it. */
export function requestUrl(req: Request, config: ResolvedFreshConfig): URL {
  const url = new URL(req.url);
  // A path such as "//host" must not be read as another site's address.
  url.pathname = url.pathname.replace(/\/+/g, "/");
  if (!config.trustProxy) return url;

  const scheme = req.headers.get("x-forwarded-proto");
  const host = req.headers.get("x-forwarded-host");
  if (scheme) url.protocol = `${scheme}:`;
  if (host) url.host = host;
  return url;
}

/** Answers where nothing else does: 404, 405, or the methods that there are. */
export function refuse<State>(
  ctx: Context<State>,
  allowed: Method[] | null,
): Promise<Response> {
  if (allowed === null) return Promise.reject(new HttpError(404));
  if (ctx.req.method === "OPTIONS") {
    const headers = { allow: allowed.join(", ") };
    return Promise.resolve(new Response(null, { status: 204, headers }));
  }
  surroundings(ctx).allowed = allowed;
  return Promise.reject(new HttpError(405));
}

/** Makes sure that an answer is one, and what its method asks for. */
export function finish<State>(
  ctx: Context<State>,
  response: unknown,
): Response {
  if (!(response instanceof Response)) {
    throw new Error(
      `Cannot answer ${ctx.url.pathname}: expected a Response, got ${response}`,
    );
  }
  const isHead = ctx.req.method === "HEAD";
  const { allowed } = surroundings(ctx);
  if (allowed === null || response.status !== 405) {
    // The body of any other answer is not looked at: a look would turn it into a stream.
    return isHead ? new Response(null, response) : response;
  }

  const headers = new Headers(response.headers);
  headers.set("allow", allowed.join(", "));
  return new Response(isHead ? null : response.body, { status: 405, headers });
}
