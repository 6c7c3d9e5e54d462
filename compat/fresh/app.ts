import { type Command, register } from "./commands.ts";
import type { FreshConfig, ResolvedFreshConfig } from "./config.ts";
import { answerError } from "./answer_error.ts";
import { Context } from "./context.ts";
import { finish, refuse, requestUrl } from "./exchange.ts";
import type { Method, Middleware } from "./handlers.ts";
import { type ListenOptions, serve } from "./listen.ts";
import { mergePath } from "./patterns.ts";
import type { LayoutConfig, MaybeLazy, Route, RouteComponent, RouteConfig } from "./route.ts";
import { Router } from "./router.ts";
import { chain, type MaybeLazyMiddleware, Scope } from "./scope.ts";
import { emptySnapshot, type Snapshot } from "./snapshot.ts";

const LOCAL: Deno.NetAddr = {
  transport: "tcp",
  hostname: "localhost",
  port: 0,
};

// deno-lint-ignore no-explicit-any
const NO_CONNECTION: any = { localAddr: LOCAL, remoteAddr: LOCAL };

/** Gives a build to an app. */
export let applySnapshot: <State>(
  app: App<State>,
  snapshot: Snapshot<State>,
  mode: "development" | "production",
) => void;

/** A site: middlewares, routes and pages for errors, in the order they are added. */
export class App<State> {
  #commands: Command<State>[] = [];
  #snapshot: Snapshot<State> | null = null;

  /** The app's configuration. */
  config: ResolvedFreshConfig;

  static {
    applySnapshot = (app, snapshot, mode) => {
      app.#snapshot = snapshot;
      app.config.root = snapshot.root;
      app.config.mode = mode;
    };
  }

  constructor(config: FreshConfig = {}) {
    this.config = {
      root: ".",
      basePath: config.basePath ?? "",
      mode: config.mode ?? "production",
      trustProxy: config.trustProxy ?? false,
    };
  }

  #add(command: Command<State>): this {
    this.#commands.push(command);
    return this;
  }

  #handle(
    method: Method | "ALL",
    path: string,
    steps: MaybeLazy<Middleware<State>>[],
  ): this {
    const handlers = steps as MaybeLazyMiddleware<State>[];
    return this.#add({ kind: "handler", method, path, steps: handlers });
  }

  /** Adds middlewares for the whole site, or for what is below a path. */
  use(...middleware: MaybeLazyMiddleware<State>[]): this;
  use(path: string, ...middleware: MaybeLazyMiddleware<State>[]): this;
  use(
    first: string | MaybeLazyMiddleware<State>,
    ...rest: MaybeLazyMiddleware<State>[]
  ): this {
    const path = typeof first === "string" ? first : "*";
    const steps = typeof first === "string" ? rest : [first, ...rest];
    return this.#add({ kind: "middleware", path, steps });
  }

  /** Sets what answers when nothing was found. */
  notFound(route: Route<State> | Middleware<State>): this {
    return this.#add({ kind: "notFound", route: toRoute(route) });
  }

  /** Sets what answers when something below a path throws. */
  onError(path: string, route: Route<State> | Middleware<State>): this {
    return this.#add({ kind: "error", path, route: toRoute(route) });
  }

  /** Sets the outermost component of every page. */
  appWrapper(component: RouteComponent<State>): this {
    return this.#add({ kind: "app", component });
  }

  /** Sets a component around every page below a path. */
  layout(
    path: string,
    component: RouteComponent<State>,
    config: LayoutConfig = {},
  ): this {
    return this.#add({ kind: "layout", path, component, config });
  }

  /** Adds a page with its handlers. */
  route(
    path: string,
    route: MaybeLazy<Route<State>>,
    config?: RouteConfig,
  ): this {
    return this.#add({ kind: "route", path, route, config });
  }

  /** Answers GET, and HEAD without a body. */
  get(path: string, ...steps: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("GET", path, steps);
  }

  /** Answers POST. */
  post(path: string, ...steps: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("POST", path, steps);
  }

  /** Answers PATCH. */
  patch(path: string, ...steps: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("PATCH", path, steps);
  }

  /** Answers PUT. */
  put(path: string, ...steps: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("PUT", path, steps);
  }

  /** Answers DELETE. */
  delete(path: string, ...steps: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("DELETE", path, steps);
  }

  /** Answers HEAD. */
  head(path: string, ...steps: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("HEAD", path, steps);
  }

  /** Answers every method. */
  all(path: string, ...steps: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("ALL", path, steps);
  }

  /** Adds the files in `routes/`, as the build has found them. */
  fsRoutes(pattern = "*"): this {
    return this.#add({ kind: "files", path: pattern });
  }

  /** Adds all that another app has, below a path. */
  mountApp(path: string, app: App<State>): this {
    for (const command of app.#commands) {
      if (!("path" in command)) this.#add(command);
      else {
        const inner = command.path === "*" ? "" : command.path;
        const below = mergePath(path, app.config.basePath + inner);
        this.#add({ ...command, path: below.replace(/\/\*$/, "") || "*" });
      }
    }
    return this;
  }

  /** Makes the function that answers requests. */
  handler(): (
    request: Request,
    info?: Deno.ServeHandlerInfo,
  ) => Promise<Response> {
    const snapshot = this.#snapshot ?? emptySnapshot<State>();
    const root = new Scope<State>();
    const router = new Router<Middleware<State>>();
    register(this.#commands, { root, router, snapshot, base: this.config });
    const fallback = chain(root.steps());

    return async (req, info = NO_CONNECTION) => {
      const url = requestUrl(req, this.config);
      const match = router.match(req.method, url.pathname);
      const ctx: Context<State> = new Context<State>({
        req,
        url,
        info,
        route: match?.pattern ?? null,
        params: match?.params ?? {},
        config: this.config,
        next: () => refuse(ctx, match?.allowed ?? null),
        snapshot,
      });

      const answer = match?.item ?? fallback;
      try {
        return finish(ctx, await answer(ctx));
      } catch (error) {
        ctx.error = error;
        return finish(ctx, answerError(error));
      }
    };
  }

  /** Serves the app; without a port, on the first free one from 8000 on. */
  async listen(options: ListenOptions = {}): Promise<void> {
    await serve(this.handler(), this.config.basePath, options);
  }
}

function toRoute<State>(
  route: Route<State> | Middleware<State>,
): Route<State> {
  return typeof route === "function" ? { handler: route } : route;
}
