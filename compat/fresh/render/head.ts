import { Fragment, type VNode } from "preact";
import { node, type RenderNode } from "./node.ts";
import { current } from "./state.ts";

const HEAD_ELEMENTS = new Set<unknown>([
  "base",
  "link",
  "meta",
  "noscript",
  "script",
  "style",
  "template",
  "title",
]);

/** Tells whether an element is one of those that `<Head>` can move. */
export function isHeadElement(vnode: RenderNode): boolean {
  return HEAD_ELEMENTS.has(vnode.type);
}

interface HeadElementProps {
  type: string;
  props: Record<string, unknown>;
  headKey: string;
}

/** Leaves to {@linkcode HeadElement} where an element is shown. */
export function wrapHeadElement(vnode: RenderNode): void {
  const headKey = nameOf(vnode);
  const { props, type } = vnode;
  vnode.type = HeadElement;
  vnode.props = { type, props, headKey };
}

/**
 * Keeps an element of `<Head>` for the document's head.
 *
 * Outside of `<Head>` an element of the same kind gives way to it: a page's title
 * replaces the one that the app wrapper has.
 */
function HeadElement({ type, props, headKey }: HeadElementProps) {
  const element = node(type, props);
  if (current === null) return element;
  if (current.headDepth > 0) {
    current.head.set(headKey, element);
    return null;
  }

  const kept = current.head.get(headKey) ?? element;
  current.head.delete(headKey);
  current.placed.add(kept);
  return kept;
}

/** Names what an element says, apart from the value that it says it with. */
function nameOf(vnode: RenderNode): string {
  if (vnode.key !== undefined && vnode.key !== null) return String(vnode.key);
  if (vnode.type === "title") return "title";

  const ignored = new Set(["children", "nonce", "ref"]);
  if (vnode.type === "meta") ignored.add("content");
  if (vnode.type === "link") ignored.add("href");
  const facts = Object.entries(vnode.props)
    .filter(([name]) => !ignored.has(name))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${vnode.type} ${facts.sort().join(" ")}`;
}

/** What `<Head>` holds and nothing in the head has taken, and islands' styles. */
export function RemainingHead(): VNode | null {
  if (current === null) return null;
  const items: VNode[] = [...current.head.values()];
  current.head.clear();
  for (const item of items) current.placed.add(item);

  const styles = new Set([...current.islands].flatMap((island) => island.css));
  for (const href of styles) {
    items.push(node("link", { rel: "stylesheet", href }));
  }
  return node(Fragment, null, items);
}
