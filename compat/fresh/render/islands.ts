import { type ComponentChildren, Fragment, isValidElement, type VNode } from "preact";
import type { Island } from "../snapshot.ts";
import { node, type RenderNode } from "./node.ts";
import { current, type RenderState } from "./state.ts";

interface FrameProps {
  island: Island;
  props: Record<string, unknown>;
  islandKey: string;
}

/** Puts the browser's marks around a component if it is an island. */
export function enterIsland(state: RenderState, vnode: RenderNode): void {
  const island = state.snapshot.islands.get(vnode.type);
  if (island === undefined || state.islandDepth > 0) return;
  if (state.placed.has(vnode)) return;

  const { props } = vnode;
  const islandKey = String(vnode.key ?? "").replaceAll(":", "_");
  vnode.type = IslandFrame;
  vnode.props = { island, props, islandKey };
}

/** Renders an island between two marks, and keeps its props for the browser. */
export function IslandFrame({ island, props, islandKey }: FrameProps): VNode {
  if (current === null) return node(island.fn, props);
  const passed = withSlots(current, props);
  current.islands.add(island);
  const index = current.islandProps.push(passed) - 1;

  const child = node(island.fn, passed);
  return marked("island", `${island.name}:${index}:${islandKey}`, child);
}

/** Gives every piece of JSX among the props a place of its own. */
function withSlots(
  state: RenderState,
  props: Record<string, unknown>,
): Record<string, unknown> {
  const passed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(props)) {
    const isJsx = name === "children"
      ? value !== undefined && value !== null
      : isValidElement(value) && !isSignal(value);
    if (!isJsx) {
      passed[name] = value;
      continue;
    }
    const id = state.slots.length;
    state.slots.push({ id, name, content: value, isRendered: false });
    passed[name] = node(IslandSlot, { id, name });
  }
  return passed;
}

/** JSX that the page passed to an island, where the island shows it. */
export function IslandSlot({ id, name }: { id: number; name: string }) {
  const slot = current?.slots[id];
  if (slot === undefined) return null;
  slot.isRendered = true;
  return marked("slot", `${id}:${name}`, slot.content as ComponentChildren);
}

/** Puts two comments around content, for the browser to find it again. */
export function marked(
  kind: string,
  label: string,
  content: ComponentChildren,
): VNode {
  return node(
    Fragment,
    null,
    comment(`frsh:${kind}:${label}`),
    content,
    comment(`/frsh:${kind}`),
  );
}

function comment(text: string): VNode {
  return node(Fragment, { UNSTABLE_comment: text });
}

/** Tells a signal by its shape: pages may come with a copy of the library. */
export function isSignal(
  value: unknown,
): value is { value: unknown; peek(): unknown } {
  return typeof value === "object" && value !== null && "value" in value &&
    "peek" in value && typeof value.peek === "function";
}

/** Tells a computed signal from one that can be set. */
export function isComputed(value: unknown): boolean {
  return isSignal(value) && (
    ("x" in value && typeof value.x === "function") ||
    ("_fn" in value && typeof value._fn === "function")
  );
}
