import type { Context } from "./context.ts";

/** The HTTP methods that a route can answer. */
export type Method =
  | "HEAD"
  | "GET"
  | "POST"
  | "PATCH"
  | "PUT"
  | "DELETE"
  | "OPTIONS";

/** All of them, for routes that answer every method. */
export const METHODS: readonly Method[] = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
];

/** One step in front of a handler; it answers, or passes on with `ctx.next()`. */
export type Middleware<State> = (
  ctx: Context<State>,
) => Response | Promise<Response>;

/** The old name of {@linkcode Middleware}. */
export type MiddlewareFn<State> = Middleware<State>;

/** What a handler returns to have its page rendered with `data`. */
export interface PageResponse<T> {
  data: T;
  headers?: HeadersInit;
  status?: number;
}

/** Has the route's page rendered with `data`, and optionally headers and a status. */
export function page<T>(
  data: T,
  options?: { headers?: HeadersInit; status?: number },
): PageResponse<T>;
export function page(): PageResponse<undefined>;
export function page<T>(
  data?: T,
  options?: { headers?: HeadersInit; status?: number },
): PageResponse<T | undefined> {
  return { data, headers: options?.headers, status: options?.status };
}

/** Answers a request with a response, or with data for the page. */
export interface HandlerFn<Data, State> {
  (
    ctx: Context<State>,
  ):
    | Response
    | PageResponse<Data>
    | Promise<Response | PageResponse<Data>>;
}

/** One handler for each method that the route answers. */
export type HandlerByMethod<Data, State> = {
  [M in Method]?: HandlerFn<Data, State>;
};

/** A route's handlers: one function for all methods, or one for each. */
export type RouteHandler<Data, State> =
  | HandlerFn<Data, State>
  | HandlerByMethod<Data, State>;

/** The data that a route's handlers give to its page. */
export type RouteData<Handler extends RouteHandler<unknown, unknown>> = Handler extends
  RouteHandler<infer Data, unknown> ? Data : never;

/** Tells whether a route has a handler for each method rather than one for all. */
export function isByMethod<Data, State>(
  handler: RouteHandler<Data, State>,
): handler is HandlerByMethod<Data, State> {
  return typeof handler === "object";
}

/** The handler for a method; GET stands in for a missing HEAD. */
export function handlerFor<Data, State>(
  handler: RouteHandler<Data, State>,
  method: string,
): HandlerFn<Data, State> | null {
  if (!isByMethod(handler)) return handler;

  const byName: Record<string, HandlerFn<Data, State> | undefined> = handler;
  const fallback = method === "HEAD" ? handler.GET : undefined;
  return (Object.hasOwn(byName, method) ? byName[method] : undefined) ??
    fallback ?? null;
}

/** The methods that a route answers, for the `Allow` header. */
export function allowedMethods<Data, State>(
  handler: RouteHandler<Data, State>,
): Method[] {
  return METHODS.filter((method) => handlerFor(handler, method) !== null);
}
