import { type Context, surroundings } from "./context.ts";
import { HttpError } from "./error.ts";
import { allowedMethods, handlerFor, type RouteHandler } from "./handlers.ts";
import { pageProps, renderComponent } from "./render/component.ts";
import type { Route } from "./route.ts";

/**
 * Answers a request with a route: its handler first, then its page.
 *
 * Throws a 405 for a method that the route does not have.
 */
export async function answerRoute<State>(
  ctx: Context<State>,
  route: Route<State>,
  defaultStatus = 200,
): Promise<Response> {
  const around = surroundings(ctx);
  if (route.config?.skipAppWrapper) around.app = null;
  if (route.config?.skipInheritedLayouts) around.layouts = [];

  const handlers = routeHandler(route);
  const handler = handlerFor(handlers, ctx.req.method);
  if (handler === null) {
    around.allowed = allowedMethods(handlers);
    throw new HttpError(405);
  }

  const result = await handler(ctx);
  if (result instanceof Response) return result;

  const headers = new Headers(result.headers);
  const status = result.status ?? defaultStatus;
  if (route.component === undefined) {
    return await ctx.render(null, { headers, status });
  }

  const props = pageProps(ctx, () => null, result.data);
  const page = await renderComponent(route.component, props);
  if (page instanceof Response) return page;
  return await ctx.render(page, { headers, status });
}

/** A route's handlers, where a page without one renders for GET. */
export function routeHandler<State>(
  route: Route<State>,
): RouteHandler<unknown, State> {
  const { component, handler } = route;
  if (handler === undefined) {
    return component === undefined ? notFound : renderPage;
  }
  if (typeof handler === "function" || component === undefined) return handler;
  return { GET: renderPage, ...handler };
}

function renderPage() {
  return { data: {} };
}

function notFound(): never {
  throw new HttpError(404);
}
