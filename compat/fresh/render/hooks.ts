import { type ComponentChildren, Fragment, options as preactOptions, type VNode } from "preact";
import { asset, assetSrcSet, Head, Partial } from "../runtime/mod.ts";
import { isHeadElement, RemainingHead, wrapHeadElement } from "./head.ts";
import { enterIsland, IslandFrame, IslandSlot, marked } from "./islands.ts";
import { node, type RenderNode } from "./node.ts";
import { PageScripts } from "./scripts.ts";
import { current, type RenderState } from "./state.ts";

/** The hooks before and after a node is rendered, by their minified names. */
const options = preactOptions as unknown as {
  __b?: (vnode: RenderNode) => void;
  diffed?: (vnode: RenderNode) => void;
};

const earlierBefore = options.__b;
options.__b = (vnode) => {
  if (current !== null) {
    if (typeof vnode.type === "string") beforeElement(current, vnode);
    else if (vnode.type !== Fragment) beforeComponent(current, vnode);
  }
  earlierBefore?.(vnode);
};

const earlierAfter = options.diffed;
options.diffed = (vnode) => {
  if (current !== null) afterComponent(current, vnode);
  earlierAfter?.(vnode);
};

function beforeComponent(state: RenderState, vnode: RenderNode): void {
  if (vnode.type === Partial) markPartial(state, vnode);
  else if (vnode.type !== IslandSlot) enterIsland(state, vnode);

  if (vnode.type === Head) state.headDepth++;
  if (vnode.type === IslandFrame) state.islandDepth++;
  if (vnode.type === IslandSlot) {
    // What an island is passed belongs to the page around it.
    state.outerIslandDepths.push(state.islandDepth);
    state.islandDepth = 0;
  }
}

function afterComponent(state: RenderState, vnode: RenderNode): void {
  if (vnode.type === Head) state.headDepth--;
  if (vnode.type === IslandFrame) state.islandDepth--;
  if (vnode.type === IslandSlot) {
    state.islandDepth = state.outerIslandDepths.pop() ?? 0;
  }
}

// A node may be kept and rendered again, for another page.
const ownProps = new WeakMap<RenderNode, RenderNode["props"]>();

function beforeElement(state: RenderState, vnode: RenderNode): void {
  if (isHeadElement(vnode) && !state.placed.has(vnode)) {
    wrapHeadElement(vnode);
    return;
  }

  const props = ownProps.get(vnode) ?? vnode.props;
  ownProps.set(vnode, props);
  switch (vnode.type) {
    case "html":
      state.hasHtml = true;
      break;
    case "head":
      state.hasHead = true;
      vnode.props = withLastChild(props, node(RemainingHead));
      break;
    case "body":
      state.hasBody = true;
      vnode.props = withLastChild(props, node(PageScripts));
      break;
    case "a":
      vnode.props = { ...props, ...currentLink(state, props) };
      break;
    case "img":
    case "source":
      if (!props["data-fresh-disable-lock"]) vnode.props = locked(props);
      break;
    case "script":
    case "style":
      vnode.props = { nonce: state.nonce, ...props };
  }
}

function withLastChild(props: RenderNode["props"], last: VNode) {
  return { ...props, children: [props.children as ComponentChildren, last] };
}

function locked(props: RenderNode["props"]) {
  const { src, srcset } = props;
  return {
    ...props,
    ...(typeof src === "string" ? { src: asset(src) } : {}),
    ...(typeof srcset === "string" ? { srcset: assetSrcSet(srcset) } : {}),
  };
}

/** Marks a link to the page itself, or to one above it. */
function currentLink(state: RenderState, props: RenderNode["props"]) {
  const { href } = props;
  if (typeof href !== "string" || !href.startsWith("/")) return {};
  if (props["aria-current"] !== undefined) return {};

  const target = new URL(href, "http://site.invalid");
  const path = withoutSlash(target.pathname);
  const here = withoutSlash(state.url.pathname);
  const isSame = path === here &&
    (target.search === "" || target.search === state.url.search);
  if (isSame) return { "data-current": "true", "aria-current": "page" };

  const isAbove = path === here || path === "/" || here.startsWith(`${path}/`);
  return isAbove ? { "data-ancestor": "true", "aria-current": "true" } : {};
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

const PARTIAL_MODES = ["replace", "append", "prepend"];

function markPartial(state: RenderState, vnode: RenderNode): void {
  if (state.placed.has(vnode)) return;
  const { name, mode = "replace", children } = vnode.props;
  if (state.islandDepth > 0) {
    throw new Error(`Cannot render partial "${name}": it is inside an island`);
  }
  if (state.partials.has(String(name))) {
    throw new Error(`Cannot render partial "${name}": the name is taken`);
  }
  state.partials.add(String(name));

  const label = `${name}:${PARTIAL_MODES.indexOf(String(mode))}:${
    String(vnode.key ?? "").replaceAll(":", "_")
  }`;
  const content = marked("partial", label, children as ComponentChildren);
  vnode.props = { ...vnode.props, children: content };
}
