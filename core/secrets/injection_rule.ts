import { type GatewayError, refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import type { InjectionRule } from "./secret.ts";

/** A secret and how it would reach its server, with the server's other secrets. */
export interface InjectionPlan {
  rule: InjectionRule;
  value: string;
  others: readonly { name: string; injection: InjectionRule }[];
  /** Headers that the server gets from its callers, in lower case. */
  forwarded?: readonly string[];
  /** What the caller gave: fields to name in a refusal. */
  fields: { name: string; value: string };
}

const MAX_NAME_LENGTH = 100;

/** RFC 9110, section 5.6.2. */
const HTTP_TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Visible ASCII or Latin-1, with spaces inside only: what `fetch` sends as it is. */
const HEADER_VALUE = /^[\x21-\x7e\xa1-\xff]([\x20-\x7e\xa1-\xff]*[\x21-\x7e\xa1-\xff])?$/;

const QUERY_NAME = /^[\x21-\x7e]+$/;

/** Header names that HTTP, its transport or MCP fill in themselves. */
const OWNED_HEADERS = new Set([
  "accept",
  "connection",
  "cookie",
  "cookie2",
  "date",
  "expect",
  "forwarded",
  "host",
  "http2-settings",
  "keep-alive",
  "last-event-id",
  "max-forwards",
  "origin",
  "range",
  "referer",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
]);

const OWNED_PREFIXES = [
  "accept-",
  "access-control-",
  "content-",
  "if-",
  "mcp-",
  "proxy-",
  "sec-",
];

/**
 * Refuses an injection that no request could carry, or that something else owns.
 *
 * Throws `invalid_input` for a name or a value, and `conflict` when another secret of
 * the server, or a header of its callers, goes to the same place. The value is in no message.
 */
export function checkInjection(
  { rule, value, others, forwarded = [], fields }: InjectionPlan,
): void {
  const wrongName = rule.kind === "header" ? headerProblem(rule.name) : queryProblem(rule.name);
  if (wrongName !== null) {
    throw refusal("invalid_input", wrongName, fields.name);
  }

  const wrongValue = valueProblem(rule, value);
  if (wrongValue !== null) {
    throw refusal("invalid_input", wrongValue, fields.value);
  }

  const rival = others.find(({ injection }) => isSamePlace(injection, rule));
  if (rival !== undefined) throw placeTaken(rule, rival.name, fields.name);
  if (rule.kind === "header" && forwarded.includes(rule.name.toLowerCase())) {
    throw forwardedAlready(rule, fields.name);
  }
}

/** What is allowed but may surprise, in sentences; usually nothing. */
export function injectionWarnings(rule: InjectionRule): string[] {
  if (rule.kind !== "header" || !rule.name.includes("_")) return [];
  const better = rule.name.replaceAll("_", "-");
  return [
    `The header "${rule.name}" has a "_": nginx drops such headers unless it is told ` +
    `"underscores_in_headers on". If the server does not see it, use --header "${better}".`,
  ];
}

/** Whether a name can be a header's: RFC 9110, at most 100 characters. */
export function isHeaderName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && HTTP_TOKEN.test(name);
}

/** Whether HTTP, its transport or MCP fill in this header themselves. */
export function isOwnedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return OWNED_HEADERS.has(lower) || OWNED_PREFIXES.some((prefix) => lower.startsWith(prefix));
}

function headerProblem(name: string): string | null {
  if (!isHeaderName(name)) {
    return `${quote(name)} is not a legal header name; use 1 to ${MAX_NAME_LENGTH} letters, ` +
      'digits and "-", as in X-API-Key.';
  }

  if (!isOwnedHeader(name)) return null;
  return `The header "${name}" belongs to the protocol and cannot carry a secret; choose ` +
    "another header such as Authorization or X-API-Key, or a query parameter.";
}

function queryProblem(name: string): string | null {
  if (name.length <= MAX_NAME_LENGTH && QUERY_NAME.test(name)) return null;
  return `${quote(name)} is not a usable query parameter; use 1 to ${MAX_NAME_LENGTH} visible ` +
    "ASCII characters, as in api_key.";
}

function valueProblem(rule: InjectionRule, value: string): string | null {
  if (rule.kind === "query") {
    return value.isWellFormed()
      ? null
      : "The value is not well-formed text, so no URL can carry it; check how it was copied.";
  }
  if (HEADER_VALUE.test(value)) return null;
  if (value !== value.trim()) {
    return "The value begins or ends with a space or a line break, which a header loses on the " +
      "way; remove it.";
  }
  return `The value has a character that the header "${rule.name}" cannot carry (a line break, ` +
    "a control character, or one beyond Latin-1); check how it was copied.";
}

/** Header names are the same in any case; query parameters are not. */
function isSamePlace(a: InjectionRule, b: InjectionRule): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "query") return a.name === b.name;
  return a.name.toLowerCase() === b.name.toLowerCase();
}

function placeTaken(
  rule: InjectionRule,
  rival: string,
  field: string,
): GatewayError {
  const place = rule.kind === "header" ? "header" : "query parameter";
  return refusal(
    "conflict",
    `The secret "${rival}" of this server is injected as the ${place} "${rule.name}" already; ` +
      "choose another name, or remove that secret.",
    field,
  );
}

function forwardedAlready({ name }: InjectionRule, field: string): GatewayError {
  return refusal(
    "conflict",
    `The header "${name}" is forwarded from this server's callers already; choose another name, ` +
      "or stop forwarding it.",
    field,
  );
}
