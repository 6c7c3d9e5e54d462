import { answerRoute, routeHandler } from "./answer_route.ts";
import type { ResolvedFreshConfig } from "./config.ts";
import { registerFile } from "./register_file.ts";
import { isByMethod, type Method, METHODS, type Middleware } from "./handlers.ts";
import { mergePath } from "./patterns.ts";
import type { LayoutConfig, MaybeLazy, Route, RouteComponent, RouteConfig } from "./route.ts";
import type { Router } from "./router.ts";
import { chain, type MaybeLazyMiddleware, type Scope } from "./scope.ts";
import type { Snapshot } from "./snapshot.ts";

/** One thing that was added to an app. */
export type Command<State> =
  | { kind: "middleware"; path: string; steps: MaybeLazyMiddleware<State>[] }
  | { kind: "notFound"; route: Route<State> }
  | { kind: "error"; path: string; route: Route<State> }
  | { kind: "app"; component: RouteComponent<State> }
  | {
    kind: "layout";
    path: string;
    component: RouteComponent<State>;
    config: LayoutConfig;
  }
  | {
    kind: "route";
    path: string;
    route: MaybeLazy<Route<State>>;
    config?: RouteConfig;
  }
  | {
    kind: "handler";
    method: Method | "ALL";
    path: string;
    steps: MaybeLazyMiddleware<State>[];
  }
  | { kind: "files"; path: string };

/** Where the things of an app are entered. */
export interface Registry<State> {
  root: Scope<State>;
  router: Router<Middleware<State>>;
  snapshot: Snapshot<State>;
  base: Pick<ResolvedFreshConfig, "basePath">;
}

/** Enters all that was added to an app, in that order. */
export function register<State>(
  commands: Command<State>[],
  registry: Registry<State>,
): void {
  const { root, snapshot, base: { basePath } } = registry;
  for (const command of commands) {
    switch (command.kind) {
      case "middleware":
        root.at(command.path, true).middlewares.push(...command.steps);
        break;
      case "notFound":
        root.notFound = (ctx) => answerRoute(ctx, command.route, 404);
        break;
      case "error":
        root.at(command.path, true).error = command.route;
        break;
      case "app":
        root.app = command.component;
        break;
      case "layout":
        root.at(command.path, true).layout = command;
        break;
      case "handler":
        registerHandler(command, registry);
        break;
      case "route": {
        const { path, route, config } = command;
        const scope = root.at(path, true);
        registerRoute(registry, scope, basePath, path, route, config);
        break;
      }
      case "files":
        for (const file of snapshot.routes()) {
          registerFile(file, mergePath(basePath, command.path), registry);
        }
    }
  }
}

function registerHandler<State>(
  command: Command<State> & { kind: "handler" },
  { root, router, base }: Registry<State>,
): void {
  const { method, path, steps } = command;
  const before = root.at(path, true).steps();
  const answer = chain<State>([...before, ...steps]);
  for (const name of method === "ALL" ? METHODS : [method]) {
    router.add(name, mergePath(base.basePath, path), answer);
  }
}

/** Enters a page; one that is yet to be loaded answers for every method. */
export function registerRoute<State>(
  { router }: Pick<Registry<State>, "router">,
  scope: Scope<State>,
  basePath: string,
  path: string,
  route: MaybeLazy<Route<State>>,
  config?: RouteConfig,
): void {
  const isLazy = typeof route === "function";
  const load = isLazy ? once(route) : () => Promise.resolve(route);
  const answer = chain<State>([
    ...scope.steps(),
    async (ctx) => await answerRoute(ctx, await load()),
  ]);

  const known = isLazy ? config : route.config ?? config;
  const pattern = mergePath(basePath, known?.routeOverride ?? path);
  const methods = isLazy ? lazyMethods(config) : routeMethods(route);
  for (const method of methods) router.add(method, pattern, answer);
}

function lazyMethods(config: RouteConfig | undefined): readonly Method[] {
  return Array.isArray(config?.methods) ? config.methods : METHODS;
}

function routeMethods<State>(route: Route<State>): readonly Method[] {
  const handler = routeHandler(route);
  if (!isByMethod(handler)) return METHODS;
  return METHODS.filter((method) => handler[method] !== undefined);
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => loaded ??= load();
}
