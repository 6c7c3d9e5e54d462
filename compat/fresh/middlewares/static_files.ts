import { ASSET_KEY, BUILD_ID, scriptFolder } from "../build_id.ts";
import { type Context, snapshotOf } from "../context.ts";
import type { Middleware } from "../handlers.ts";
import type { StaticFile } from "../snapshot.ts";

/**
 * Serves the files in `static/` and the scripts of islands.
 *
 * An address that is locked to the running build may be kept for a year; every
 * other one has to be asked for again.
 */
export function staticFiles<State>(): Middleware<State> {
  return async (ctx) => {
    const pathname = filePath(ctx);
    const file = pathname === null ? null : await snapshotOf(ctx).readFile(pathname);
    if (file === null) {
      if (pathname !== "/favicon.ico") return await ctx.next();
      return new Response(null, { status: 404 });
    }

    const { method } = ctx.req;
    if (method === "GET" || method === "HEAD") return answer(ctx, file);
    const headers = { allow: "GET, HEAD" };
    return new Response("Method Not Allowed", { status: 405, headers });
  };
}

function filePath<State>(ctx: Context<State>): string | null {
  const { basePath } = ctx.config;
  const { pathname } = ctx.url;
  const isBelow = pathname.startsWith(`${basePath}/`);
  const own = isBelow ? pathname.slice(basePath.length) : pathname;
  try {
    const parts = decodeURIComponent(own).split("/").filter((p) => p !== "");
    return parts.length === 0 ? null : `/${parts.map(encodeURIComponent).join("/")}`;
  } catch {
    return null;
  }
}

function answer<State>(ctx: Context<State>, file: StaticFile): Response {
  const { req, url, config: { basePath, mode } } = ctx;
  const lock = url.searchParams.get(ASSET_KEY);
  if (lock !== null && lock !== BUILD_ID) {
    url.searchParams.delete(ASSET_KEY);
    const headers = { location: url.pathname + url.search };
    return new Response(null, { status: 307, headers });
  }

  const headers = new Headers({
    "content-type": file.contentType,
    vary: "If-None-Match",
  });
  const isDevelopment = mode === "development";
  if (!isDevelopment && file.hash !== null) {
    const tag = `W/"${file.hash}"`;
    const known = req.headers.get("if-none-match");
    if (known === tag || known === file.hash) {
      return new Response(null, { status: 304, headers });
    }
    headers.set("etag", tag);
  }

  const isLocked = lock === BUILD_ID || file.immutable ||
    url.pathname.startsWith(basePath + scriptFolder(BUILD_ID));
  headers.set(
    "cache-control",
    isLocked && !isDevelopment
      ? "public, max-age=31536000, immutable"
      : "no-cache, no-store, max-age=0, must-revalidate",
  );
  headers.set("content-length", String(file.content.byteLength));
  return new Response(file.content, { headers });
}
