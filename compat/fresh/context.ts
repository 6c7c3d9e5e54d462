import { Fragment, type FunctionComponent, h, isValidElement } from "preact";
import type { VNode } from "preact";
import type { ResolvedFreshConfig } from "./config.ts";
import type { Method } from "./handlers.ts";
import { setNonce } from "./nonce.ts";
import { pageProps, renderComponent } from "./render/component.ts";
import { renderDocument } from "./render/document.ts";
import type { LayoutConfig, RouteComponent } from "./route.ts";
import type { Snapshot } from "./snapshot.ts";

/** The query parameter by which the real package asks for parts of a page. */
const PARTIAL_PARAM = "fresh-partial";

/** What stands around a page when it is rendered. */
export interface Surroundings<State> {
  app: RouteComponent<State> | null;
  layouts: RouteComponent<State>[];
  /** The methods that there are, once a request was refused for its method. */
  allowed: Method[] | null;
}

/** Gives access to the app wrapper and layouts that a request has passed. */
export let surroundings: <State>(ctx: Context<State>) => Surroundings<State>;

/** Gives access to the build that serves a request. */
export let snapshotOf: <State>(ctx: Context<State>) => Snapshot<State>;

/** The old name of {@linkcode Context}. */
export type FreshContext<State = unknown> = Context<State>;

/** What the app hands over to make a context. */
export interface ContextInit<State> {
  req: Request;
  url: URL;
  info: Deno.ServeHandlerInfo;
  route: string | null;
  params: Record<string, string>;
  config: ResolvedFreshConfig;
  next: () => Promise<Response>;
  snapshot: Snapshot<State>;
}

/** One request on its way through middlewares, handler and page. */
export class Context<State> {
  #surroundings: Surroundings<State> = { app: null, layouts: [], allowed: null };
  #snapshot: Snapshot<State>;

  /** The app's configuration. */
  readonly config: ResolvedFreshConfig;
  /** The address asked for, as {@linkcode URL}. */
  readonly url: URL;
  /** The request as it came in. */
  req: Request;
  /** The pattern of the matched route. */
  readonly route: string | null;
  /** The values of the pattern's parameters. */
  readonly params: Record<string, string>;
  /** What middlewares leave for those behind them. */
  readonly state: State = {} as State;
  /** What was thrown, on an error page. */
  error: unknown | null = null;
  /** The connection. */
  readonly info: Deno.ServeHandlerInfo;
  /** Whether a part of the page was asked for. */
  readonly isPartial: boolean;
  /** What a layout or the app wrapper stands around. */
  Component!: FunctionComponent;
  /** Calls what is behind the current middleware. */
  next: () => Promise<Response>;

  static {
    surroundings = (ctx) => ctx.#surroundings;
    snapshotOf = (ctx) => ctx.#snapshot;
  }

  constructor(init: ContextInit<State>) {
    this.req = init.req;
    this.url = init.url;
    this.info = init.info;
    this.route = init.route;
    this.params = init.params;
    this.config = init.config;
    this.next = init.next;
    this.isPartial = init.url.searchParams.has(PARTIAL_PARAM);
    this.#snapshot = init.snapshot;
  }

  /**
   * Sends the client to another address, with 302 unless told otherwise.
   *
   * A path never turns into another site's address: `//host` becomes `/host`.
   */
  redirect(pathOrUrl: string, status = 302): Response {
    const [, path, rest] = /^([^?#]*)(.*)$/s.exec(pathOrUrl) ?? [];
    const location = path?.startsWith("/") ? path.replaceAll(/\/+/g, "/") + rest : pathOrUrl;
    return new Response(null, { status, headers: { location } });
  }

  /** Renders JSX into a page, inside the layouts and the app wrapper. */
  async render(
    // deno-lint-ignore no-explicit-any
    vnode: VNode<any> | null,
    init: ResponseInit = {},
    config: LayoutConfig = {},
  ): Promise<Response> {
    if (arguments.length === 0) {
      throw new Error("Cannot render: ctx.render() was called without JSX");
    }
    if (vnode !== null && !isValidElement(vnode)) {
      throw new Error("Cannot render: ctx.render() was called with no JSX");
    }

    let inner: VNode | null = vnode;
    const layouts = config.skipInheritedLayouts ? [] : this.#surroundings.layouts;
    for (const layout of layouts.toReversed()) {
      const child = inner;
      this.Component = () => child;
      const props = pageProps(this, this.Component);
      const result = await renderComponent(layout, props);
      if (result instanceof Response) return result;
      inner = result;
    }

    const app = config.skipAppWrapper ? null : this.#surroundings.app;
    const slot = { content: inner ?? h(Fragment, null) };
    let outer: VNode | null = null;
    if (app !== null) {
      this.Component = () => slot.content;
      const props = pageProps(this, this.Component);
      const result = await renderComponent(app, props);
      if (result instanceof Response) return result;
      outer = result ?? h(Fragment, null);
    }

    const { html, nonce, preload } = renderDocument(this, slot, outer);
    const headers = new Headers(init.headers);
    headers.set("content-type", "text/html; charset=utf-8");
    if (preload !== "") headers.append("link", preload);

    const response = new Response(html, { ...init, headers });
    setNonce(response, nonce);
    return response;
  }

  /** Answers with plain text. */
  text(content: string, init?: ResponseInit): Response {
    return new Response(content, init);
  }

  /** Answers with HTML as it is. */
  html(content: string, init?: ResponseInit): Response {
    const headers = new Headers(init?.headers);
    headers.set("content-type", "text/html; charset=utf-8");
    return new Response(content, { ...init, headers });
  }

  /** Answers with JSON. */
  // deno-lint-ignore no-explicit-any
  json(content: any, init?: ResponseInit): Response {
    return Response.json(content, init);
  }
}
