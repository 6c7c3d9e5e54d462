import type { AnyComponent, RenderableProps, VNode } from "preact";
import type { Context } from "./context.ts";
import type { Method, RouteHandler } from "./handlers.ts";

/** What a page, a layout, the app wrapper and an error page get as props. */
export type PageProps<Data = unknown, State = unknown> =
  & Pick<
    Context<State>,
    | "config"
    | "url"
    | "req"
    | "params"
    | "info"
    | "state"
    | "isPartial"
    | "Component"
    | "error"
    | "route"
  >
  & { data: Data };

/** A component that may wait, and may answer with a response of its own. */
export type AsyncAnyComponent<Props> = {
  (
    props: RenderableProps<Props>,
    // deno-lint-ignore no-explicit-any
    context?: any,
  ): Promise<VNode | Response | null>;
  displayName?: string;
  defaultProps?: Partial<Props>;
};

/** A page, layout, app wrapper or error page. */
export type RouteComponent<State> =
  | AnyComponent<PageProps<unknown, State>>
  | AsyncAnyComponent<PageProps<unknown, State>>;

/** What a layout or a page may leave out of its surroundings. */
export interface LayoutConfig {
  /** Leaves out the layouts above this one. */
  skipInheritedLayouts?: boolean;
  /** Leaves out the app wrapper. */
  skipAppWrapper?: boolean;
}

/** What a route file may say about itself in its `config` export. */
export interface RouteConfig extends LayoutConfig {
  /** The path to answer, where the file's own path cannot express it. */
  routeOverride?: string;
  /** Has no effect here; use the `csp()` middleware. */
  csp?: boolean;
  /** The methods that a lazy route answers. */
  methods?: "ALL" | Method[];
}

/** A page with its handlers. */
export interface Route<State> {
  component?: RouteComponent<State>;
  config?: RouteConfig;
  handler?: RouteHandler<unknown, State>;
  css?: string[];
}

/** Something that is loaded when it is first needed. */
export type Lazy<T> = () => Promise<T>;

/** Something, or what loads it. */
export type MaybeLazy<T> = T | Lazy<T>;
