import { encodeHeaderValue } from "../mcp/header_values.ts";
import { type JsonObject, textParam } from "../mcp/message.ts";
import { mirroredField } from "../mcp/methods.ts";
import { fillTemplate } from "../secrets/value_template.ts";
import type { Caller, Injection, Target } from "./upstream.ts";

/**
 * The headers of a request to a server: what its owner lets it have of the caller's, then
 * what the protocol needs, then what is injected. Each takes the place of what came before.
 */
export function requestHeaders(
  protocol: readonly (readonly [name: string, value: string])[],
  { injections, forwarded = [] }: Pick<Target, "injections" | "forwarded">,
): Headers {
  const headers = new Headers();
  for (const [name, value] of forwarded) headers.set(name, value);
  for (const [name, value] of protocol) headers.set(name, value);
  for (const { rule, value } of injections) {
    if (rule.kind === "header") headers.set(rule.name, fillTemplate(rule.template, value.reveal()));
  }
  return headers;
}

/**
 * A server as one caller reaches it: with those of the caller's headers that it may have.
 *
 * Where traces are carried on, `tracestate` is the one of the trace at hand: any other says
 * nothing about it, and `null` is none.
 */
export function targetFor(target: Target, caller: Caller, tracestate?: string | null): Target {
  if (target.forwardHeaders.length === 0 && !tracestate) return target;
  const forwarded = target.forwardHeaders.flatMap((name): [string, string][] => {
    const value = caller.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  if (tracestate === undefined) return { ...target, forwarded };
  const others = forwarded.filter(([name]) => name !== "tracestate");
  return {
    ...target,
    forwarded: tracestate === null ? others : [...others, ["tracestate", tracestate]],
  };
}

/** What tells one request from another, and nothing of who sends it. */
const OF_ONE_REQUEST: readonly string[] = [
  "traceparent",
  "tracestate",
  "x-correlation-id",
  "x-request-id",
];

/**
 * What a server may answer differently by: the headers of its caller that it gets. What it
 * said to callers who differ in them is shown to none but their like.
 */
export function forwardedKey({ forwarded = [] }: Pick<Target, "forwarded">): string {
  return JSON.stringify(forwarded.filter(([name]) => !OF_ONE_REQUEST.includes(name)));
}

/** The server's URL, with the secrets that travel in its query. */
export function requestUrl(url: URL, injections: readonly Injection[]): URL {
  const inQuery = injections.filter(({ rule }) => rule.kind === "query");
  if (inQuery.length === 0) return url;

  const filled = new URL(url);
  for (const { rule: { name, template }, value } of inQuery) {
    filled.searchParams.set(name, fillTemplate(template, value.reveal()));
  }
  return filled;
}

/** What a modern request repeats in its headers (2026-07-28, Request Metadata). */
export function modernHeaders(
  version: string,
  method: string,
  params: JsonObject | undefined,
): [string, string][] {
  const headers: [string, string][] = [
    ["mcp-protocol-version", version],
    ["mcp-method", method],
  ];
  const field = mirroredField(method);
  const name = field === null ? null : textParam(params, field);
  if (name !== null) headers.push(["mcp-name", encodeHeaderValue(name)]);
  return headers;
}
