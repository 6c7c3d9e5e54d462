import { type ComponentChildren, h, type VNode } from "preact";

/** A node of a page as the renderer's hooks see it: all of it may be replaced. */
export interface RenderNode {
  type: unknown;
  key?: unknown;
  props: Record<string, unknown>;
}

// deno-lint-ignore no-explicit-any
type Component = (props: any) => ComponentChildren;

/** Creates a node of any kind; `h()` wants to know the kind beforehand. */
export function node(
  type: unknown,
  props: object | null = null,
  ...children: ComponentChildren[]
): VNode {
  return h(type as Component, props as Record<string, unknown>, ...children);
}
