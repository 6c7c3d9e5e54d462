import { type Context, surroundings } from "./context.ts";
import { HttpError } from "./error.ts";
import type { Middleware } from "./handlers.ts";
import { folders } from "./patterns.ts";
import { answerRoute } from "./answer_route.ts";
import type { LayoutConfig, Route, RouteComponent } from "./route.ts";

/** A middleware that may first have to be loaded. */
export type MaybeLazyMiddleware<State> = (
  ctx: Context<State>,
) => Response | Promise<Response | Middleware<State>>;

/** What belongs to one folder of the site: its middlewares, layout and pages for errors. */
export class Scope<State> {
  #parent: Scope<State> | null;
  #children = new Map<string, Scope<State>>();
  middlewares: MaybeLazyMiddleware<State>[] = [];
  layout: { component: RouteComponent<State>; config: LayoutConfig } | null = null;
  app: RouteComponent<State> | null = null;
  error: Route<State> | null = null;
  notFound: Middleware<State> | null = null;

  constructor(parent: Scope<State> | null = null) {
    this.#parent = parent;
  }

  /** The scope of a pattern, seen from the outermost scope. */
  at(pattern: string, includeLast: boolean): Scope<State> {
    return this.#descend(folders(pattern, includeLast));
  }

  #descend([folder, ...below]: string[]): Scope<State> {
    if (folder === undefined) return this;
    let child = this.#children.get(folder);
    if (child === undefined) {
      child = new Scope<State>(this);
      this.#children.set(folder, child);
    }
    return child.#descend(below);
  }

  /**
   * The steps in front of a route of this scope, as they are now.
   *
   * What is added to a scope later does not reach routes that were added before.
   */
  steps(): MaybeLazyMiddleware<State>[] {
    const path = this.#path();
    const root = path[0];
    return path.flatMap((scope) => [frame(scope, root), ...scope.middlewares]);
  }

  #path(): Scope<State>[] {
    return this.#parent === null ? [this] : [...this.#parent.#path(), this];
  }
}

/** Puts a scope's layout around what follows, and its error pages behind it. */
function frame<State>(
  scope: Scope<State>,
  root: Scope<State>,
): Middleware<State> {
  const { app, layout, error } = scope;
  return async (ctx) => {
    const around = surroundings(ctx);
    const { app: outerApp, layouts: outerLayouts } = around;
    if (app !== null) around.app = app;
    if (layout !== null) {
      const { component, config } = layout;
      if (config.skipAppWrapper) around.app = null;
      around.layouts = config.skipInheritedLayouts ? [component] : [...around.layouts, component];
    }

    try {
      return await ctx.next();
    } catch (thrown) {
      ctx.error = thrown;
      const status = thrown instanceof HttpError ? thrown.status : 500;
      if (status === 404 && root.notFound !== null) {
        return await root.notFound(ctx);
      }
      if (error !== null) return await answerRoute(ctx, error, status);
      throw thrown;
    } finally {
      around.app = outerApp;
      around.layouts = outerLayouts;
    }
  };
}

/** Joins steps into one; each passes on to the next with `ctx.next()`. */
export function chain<State>(
  steps: MaybeLazyMiddleware<State>[],
): Middleware<State> {
  return (ctx) => {
    const end = ctx.next;

    const run = async (index: number): Promise<Response> => {
      if (index === steps.length) return await end();
      ctx.next = () => run(index + 1);
      try {
        const result = await steps[index](ctx);
        return typeof result === "function" ? await result(ctx) : result;
      } catch (error) {
        ctx.error = error;
        throw error;
      }
    };
    return run(0);
  };
}
