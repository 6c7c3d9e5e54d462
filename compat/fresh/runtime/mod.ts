/** What pages and islands use, on the server and in the browser alike. */
import { type ComponentChildren, createElement, Fragment, type VNode } from "preact";
import { ASSET_KEY, BUILD_ID } from "../build_id.ts";

export { HttpError } from "../error.ts";

/** Whether this code runs in a browser. */
export const IS_BROWSER: boolean = typeof document !== "undefined";

/**
 * Locks a path to the running build, so that browsers may keep the file for a year.
 *
 * Other sites' addresses are left as they are.
 */
export function asset(path: string): string {
  if (!path.startsWith("/") || path.startsWith("//")) return path;
  const url = new URL(path, "https://site.invalid");
  if (url.host !== "site.invalid" || url.searchParams.has(ASSET_KEY)) {
    return path;
  }
  url.searchParams.set(ASSET_KEY, BUILD_ID);
  return url.pathname + url.search + url.hash;
}

/** Locks every path of a `srcset`, unless it is one that needs parsing. */
export function assetSrcSet(srcset: string): string {
  const parts = srcset.split(",");
  const isPlain = !srcset.includes("(") &&
    parts.every((part) => part.trim() !== "");
  if (!isPlain) return srcset;
  return parts.map((part) => part.replace(/\S+/, asset)).join(",");
}

/** What {@linkcode Head} holds. */
export interface HeadProps {
  children?: ComponentChildren;
}

/** Puts its children into the document's head. */
export function Head(props: HeadProps): VNode | null {
  return IS_BROWSER ? null : createElement(Fragment, null, props.children);
}

/** A part of a page, and how new content is put into it. */
export interface PartialProps {
  children?: ComponentChildren;
  /** The part's name, once on a page. */
  name: string;
  /** How new content is put in. */
  mode?: "replace" | "prepend" | "append";
}

/** Marks a part of a page that could be replaced on its own. */
export function Partial(props: PartialProps): VNode {
  return createElement(Fragment, null, props.children);
}
