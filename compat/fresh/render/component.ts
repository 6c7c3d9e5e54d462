import type { FunctionComponent, VNode } from "preact";
import type { Context } from "../context.ts";
import type { AsyncAnyComponent, PageProps, RouteComponent } from "../route.ts";
import { node } from "./node.ts";

/** The props of a page, a layout or the app wrapper. */
export function pageProps<State>(
  ctx: Context<State>,
  Component: FunctionComponent,
  data: unknown = undefined,
): PageProps<unknown, State> {
  const { config, error, info, isPartial, params, req, route, state, url } = ctx;
  return {
    Component,
    config,
    data,
    error,
    info,
    isPartial,
    params,
    req,
    route,
    state,
    url,
  };
}

/** Calls an async component at once; any other is left to the renderer. */
export async function renderComponent<State>(
  component: RouteComponent<State>,
  props: PageProps<unknown, State>,
): Promise<VNode | Response | null> {
  if (isAsync(component)) return await component(props);
  return node(component, props);
}

function isAsync<State>(
  component: RouteComponent<State>,
): component is AsyncAnyComponent<PageProps<unknown, State>> {
  return component.constructor.name === "AsyncFunction";
}
