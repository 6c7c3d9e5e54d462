import { z } from "zod";

/** The longest path that somebody is sent to. */
const MAX_CHARS = 2_000;

/** Where nobody is sent to: the ways in and out themselves. */
const WAYS = /^\/(sign-in|auth)(\/|$)/;

/** Stands for this site, which a path of its own cannot leave. */
const HERE = "http://own.invalid";

/**
 * A path of this site that came from outside, to be sent there; `/` for everything else.
 *
 * Browsers take `//evil`, `/\evil` and `/.//evil` for other sites, leave tabs and line ends out,
 * and read a path's dots before they look at it; so what counts is the path as they would read it.
 */
export function ownPath(text: string | null | undefined): string {
  if (text === null || text === undefined || text.length > MAX_CHARS) return "/";
  // deno-lint-ignore no-control-regex
  if (!text.startsWith("/") || /[\\\x00-\x20\x7f]/.test(text)) return "/";
  if (!URL.canParse(text, HERE)) return "/";
  const url = new URL(text, HERE);
  if (url.origin !== HERE || url.username !== "" || url.password !== "") return "/";

  const path = url.pathname + url.search + url.hash;
  return path.startsWith("//") || WAYS.test(url.pathname) ? "/" : path;
}

/** A path of this site, as a form says where it came from; nobody is led elsewhere. */
export const OwnPath = z.string().catch("/").transform(ownPath);
