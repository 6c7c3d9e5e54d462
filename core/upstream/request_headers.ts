import { encodeHeaderValue } from "../mcp/header_values.ts";
import { type JsonObject, textParam } from "../mcp/message.ts";
import { mirroredField } from "../mcp/methods.ts";
import type { Injection } from "./upstream.ts";

/**
 * The headers of a request to a server: what the protocol needs, then what is
 * injected. Nothing of the caller's own headers is in here.
 */
export function requestHeaders(
  protocol: readonly (readonly [name: string, value: string])[],
  injections: readonly Injection[],
): Headers {
  const headers = new Headers();
  for (const [name, value] of protocol) headers.set(name, value);
  for (const { rule, value } of injections) {
    if (rule.kind === "header") headers.set(rule.name, value.reveal());
  }
  return headers;
}

/** The server's URL, with the secrets that travel in its query. */
export function requestUrl(url: URL, injections: readonly Injection[]): URL {
  const inQuery = injections.filter(({ rule }) => rule.kind === "query");
  if (inQuery.length === 0) return url;

  const filled = new URL(url);
  for (const { rule, value } of inQuery) filled.searchParams.set(rule.name, value.reveal());
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
