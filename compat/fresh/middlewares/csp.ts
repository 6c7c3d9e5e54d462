import type { Middleware } from "../handlers.ts";
import { nonceOf } from "../nonce.ts";

/** What the policy says, and how it is announced. */
export interface CSPOptions {
  /** Only has breaches reported. */
  reportOnly?: boolean;
  /** Where breaches are reported to. */
  reportTo?: string;
  /** Directives that are added, or replace the default of the same name. */
  csp?: string[];
  /** Allows a page's own scripts and styles by nonce, not all that are inline. */
  useNonce?: boolean;
}

const DEFAULTS = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "upgrade-insecure-requests",
];

const WITH_NONCE =
  /^(?:default-src|script-src|script-src-elem|style-src|style-src-elem|style-src-attr)(?= )/;

/** Sends a `Content-Security-Policy` with every answer. */
export function csp<State>(options: CSPOptions = {}): Middleware<State> {
  const { reportOnly = false, reportTo, useNonce = false } = options;
  const directives = mergeDirectives(options.csp ?? []);
  if (reportTo) {
    directives.push("report-to csp-endpoint", `report-uri ${reportTo}`);
  }
  const header = reportOnly ? "content-security-policy-report-only" : "content-security-policy";

  return async (ctx) => {
    const response = await ctx.next();
    const nonce = useNonce ? nonceOf(response) : undefined;
    const policy = directives.map((directive) => withNonce(directive, nonce));

    response.headers.set(header, policy.join("; "));
    if (reportTo) {
      const endpoint = `csp-endpoint="${reportTo}"`;
      response.headers.set("reporting-endpoints", endpoint);
    }
    return response;
  };
}

function mergeDirectives(own: string[]): string[] {
  const name = (directive: string) => directive.split(" ")[0];
  const replaced = new Set(own.map(name));
  const kept = DEFAULTS.filter((directive) => !replaced.has(name(directive)));
  return [...kept, ...own];
}

function withNonce(directive: string, nonce: string | undefined): string {
  if (nonce === undefined || !WITH_NONCE.test(directive)) return directive;
  return directive.replaceAll("'unsafe-inline'", `'nonce-${nonce}'`);
}
