import { type Context, csp, csrf, type MiddlewareFn } from "fresh";
import { requireRole } from "../../core/admins/role.ts";
import { GatewayError } from "../../core/errors.ts";
import { define, type State } from "../../define.ts";
import { signedInMember } from "./(_http)/member_cookie.ts";
import { pageHeaders } from "./(_http)/page_headers.ts";
import { pageRole } from "./(_http)/page_rules.ts";
import { isSecure, signedInAdmin } from "./(_http)/session_cookie.ts";
import { signInPath } from "./(_http)/sign_in_page.ts";

/** Keeps pages out of caches and frames. */
async function addPageHeaders(ctx: Context<State>): Promise<Response> {
  const response = await ctx.next();
  for (const [name, value] of Object.entries(pageHeaders(ctx))) response.headers.set(name, value);
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

/** What is no page has no nonce, and runs nothing that stands in it either. */
async function runNothingInline(ctx: Context<State>): Promise<Response> {
  const response = await ctx.next();
  const policy = response.headers.get("content-security-policy");
  if (policy?.includes("'unsafe-inline'")) {
    response.headers.set("content-security-policy", policy.replaceAll(" 'unsafe-inline'", ""));
  }
  return response;
}

/** What a page may load, beside its own pictures and sounds: also those that lie in it. */
function policyWith(media: string): MiddlewareFn<State> {
  return csp<State>({
    useNonce: true,
    csp: [
      "default-src 'none'",
      "style-src 'self'",
      ...media === "" ? ["img-src 'self'", "media-src 'none'"] : [
        `img-src 'self' ${media}`,
        `media-src ${media}`,
      ],
      "worker-src 'none'",
      "base-uri 'none'",
    ],
  });
}

const plainPolicy = policyWith("");

/** The playground shows pictures and sounds that a tool gave back: they are in the page itself. */
const playgroundPolicy = policyWith("data:");

function contentPolicy(ctx: Context<State>): Response | Promise<Response> {
  return ctx.route === "/playground" ? playgroundPolicy(ctx) : plainPolicy(ctx);
}

/** Refuses forms of other sites; behind a proxy only the public URL tells our own. */
const refuseForeignForms = csrf<State>({
  origin: (origin: string, ctx: Context<State>) =>
    origin === ctx.url.origin || origin === ctx.state.services.config.publicUrl,
});

/**
 * Refuses what scripts and frames of other sites ask for: an answer that they could not read
 * anyway, but that may cost much, or stay open.
 */
async function refuseForeignReads(ctx: Context<State>): Promise<Response> {
  const { headers } = ctx.req;
  const site = headers.get("sec-fetch-site");
  const isForeign = site === "cross-site" || site === "same-site";
  if (!isForeign || headers.get("sec-fetch-mode") === "navigate") return await ctx.next();
  throw new GatewayError("forbidden_origin", `Cannot answer a ${site} page`);
}

/**
 * Lets pass who may use the page, by the one table of pages. A page that is in no rule is
 * nobody's; who is not signed in is shown how to do it.
 */
async function checkAccess(ctx: Context<State>): Promise<Response> {
  const { req, route, state } = ctx;
  if (route === null) return await ctx.next();
  const needed = pageRole(req.method, route);
  if (needed === "anyone") return await ctx.next();

  if (needed === "member") {
    state.member = await signedInMember(ctx);
    return state.member === null ? ctx.redirect("/me", 303) : await ctx.next();
  }

  state.admin = await signedInAdmin(ctx);
  if (state.admin === null) return ctx.redirect(signInPath(ctx), 303);
  if (needed === null) throw new GatewayError("not_found", `Cannot open ${route}: no rule`);
  requireRole(state.admin.role, needed);
  return await ctx.next();
}

export default define.middleware([
  addPageHeaders,
  stayOnHttp,
  runNothingInline,
  contentPolicy,
  refuseForeignForms,
  refuseForeignReads,
  checkAccess,
]);
