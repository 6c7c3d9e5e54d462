import { type Context, csp, csrf } from "fresh";
import { define, type State } from "../../define.ts";
import { PAGE_HEADERS } from "./(_http)/page_headers.ts";
import { isSecure } from "./(_http)/session_cookie.ts";

/** Keeps pages out of caches and frames. */
async function addPageHeaders(ctx: Context<State>): Promise<Response> {
  const response = await ctx.next();
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.headers.set(name, value);
  return response;
}

/** Does not send browsers to https where there is none: they would find no styles. */
async function stayOnHttp(ctx: Context<State>): Promise<Response> {
  const response = await ctx.next();
  const policy = response.headers.get("content-security-policy");
  if (policy !== null && !isSecure(ctx)) {
    const kept = policy.replace(/upgrade-insecure-requests(; )?/, "");
    response.headers.set("content-security-policy", kept);
  }
  return response;
}

const contentPolicy = csp<State>({
  useNonce: true,
  csp: [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "media-src 'none'",
    "worker-src 'none'",
    "base-uri 'none'",
  ],
});

/** Refuses forms of other sites; behind a proxy only the public URL tells our own. */
const refuseForeignForms = csrf<State>({
  origin: (origin: string, ctx: Context<State>) =>
    origin === ctx.url.origin || origin === ctx.state.services.config.publicUrl,
});

export default define.middleware([
  addPageHeaders,
  stayOnHttp,
  contentPolicy,
  refuseForeignForms,
]);
