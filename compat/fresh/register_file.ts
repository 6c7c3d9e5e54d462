import { answerRoute } from "./answer_route.ts";
import { registerRoute, type Registry } from "./commands.ts";
import {
  addressPattern,
  placePattern,
  readModule,
  type RouteFile,
  routeKind,
  type RouteModule,
} from "./file_routes.ts";
import type { Middleware, RouteHandler } from "./handlers.ts";
import type { Route, RouteComponent } from "./route.ts";

/** Enters a file of `routes/`, below a base path. */
export function registerFile<State>(
  file: RouteFile<State>,
  base: string,
  registry: Registry<State>,
): void {
  const { id, mod } = file;
  const kind = routeKind(id);
  const place = placePattern(id);

  if (kind === "route") {
    const scope = registry.root.at(place, false);
    const route = typeof mod === "function"
      ? async () => toRoute(id, await mod())
      : toRoute(id, mod);
    registerRoute(registry, scope, base, addressPattern(id), route);
    return;
  }

  if (typeof mod === "function") {
    throw new Error(`Cannot use "routes${id}": it has to be loaded at once`);
  }
  enterAround(id, mod, place, registry);
}

function enterAround<State>(
  id: string,
  mod: RouteModule<State>,
  place: string,
  { root }: Registry<State>,
): void {
  const scope = root.at(place, true);
  switch (routeKind(id)) {
    case "middleware":
      scope.middlewares.push(...toMiddlewares(id, mod));
      break;
    case "layout":
      if (mod.default === undefined) break;
      scope.layout = { component: toComponent(mod), config: mod.config ?? {} };
      break;
    case "error":
      scope.error = toRoute(id, mod);
      break;
    case "notFound": {
      const route = toRoute(id, mod);
      root.notFound = (ctx) => answerRoute(ctx, route, 404);
      break;
    }
    case "app":
      if (mod.default !== undefined) root.app = toComponent(mod);
  }
}

function toMiddlewares<State>(
  id: string,
  mod: RouteModule<State>,
): Middleware<State>[] {
  const found = readModule(id, mod) ?? mod.default ?? [];
  const list = Array.isArray(found) ? found : [found];
  if (!list.every((item) => typeof item === "function")) {
    throw new Error(
      `Cannot use "routes${id}": a middleware is a function or a list of them`,
    );
  }
  return list as Middleware<State>[];
}

function toRoute<State>(id: string, mod: RouteModule<State>): Route<State> {
  const handler = readModule(id, mod) ?? undefined;
  if (Array.isArray(handler)) {
    throw new Error(`Cannot use "routes${id}": only a middleware is a list`);
  }
  const component = mod.default === undefined ? undefined : toComponent(mod);
  return {
    component,
    config: mod.config,
    handler: handler as RouteHandler<unknown, State> | undefined,
  };
}

function toComponent<State>(mod: RouteModule<State>): RouteComponent<State> {
  return mod.default as RouteComponent<State>;
}
