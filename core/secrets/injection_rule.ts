import { type GatewayError, refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import type { InjectionRule } from "./secret.ts";
import { fillTemplate, templateProblem } from "./value_template.ts";

/** A secret and how it would reach its server, with the server's other secrets. */
export interface InjectionPlan {
  rules: readonly InjectionRule[];
  /** `null` when only members have one. */
  value: string | null;
  others: readonly { name: string; rules: readonly InjectionRule[] }[];
  /** Headers that the server gets from its callers, in lower case. */
  forwarded?: readonly string[];
  /** What the caller gave, to be named in a refusal: of each rule, and of the value. */
  fields: { rules: (at: number) => string; value: string };
}

/** Where a rule leads, whatever it fills in there. */
export type InjectionPlace = Pick<InjectionRule, "kind" | "name">;

const MAX_NAME_LENGTH = 100;

/** The most characters of a header or query value, with its template filled in. */
const MAX_FILLED_LENGTH = 8_192;

/** RFC 9110, section 5.6.2. */
const HTTP_TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Visible ASCII or Latin-1, with spaces inside only: what `fetch` sends as it is. */
const HEADER_VALUE = /^[\x21-\x7e\xa1-\xff]([\x20-\x7e\xa1-\xff]*[\x21-\x7e\xa1-\xff])?$/;

/** `=` and `&` in it mean that a value came along by mistake, and would be shown. */
const QUERY_NAME = /^[\x21-\x25\x27-\x3c\x3e-\x7e]+$/;

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
 * Refuses rules that no request could carry, or that lead where something else does.
 *
 * Throws `invalid_input` for a name, a template or a value, and `conflict` when another
 * rule, another secret of the server, or a header of its callers, goes to the same place.
 * The value is in no message, and of a template only what it wrongly has in braces.
 */
export function checkRules({ rules, value, others, forwarded = [], fields }: InjectionPlan): void {
  for (const [at, rule] of rules.entries()) {
    const wrong = placeProblem(rule) ?? wrongTemplate(rule);
    if (wrong !== null) throw refusal("invalid_input", wrong, fields.rules(at));

    const wrongValue = value === null ? null : valueProblem(rule, value);
    if (wrongValue !== null) throw refusal("invalid_input", wrongValue, fields.value);

    if (rules.slice(0, at).some((earlier) => isSamePlace(earlier, rule))) {
      throw placeTwice(rule, fields.rules(at));
    }
    const rival = others.find((other) => other.rules.some((theirs) => isSamePlace(theirs, rule)));
    if (rival !== undefined) throw placeTaken(rule, rival.name, fields.rules(at));
    if (rule.kind === "header" && forwarded.includes(rule.name.toLowerCase())) {
      throw forwardedAlready(rule, fields.rules(at));
    }
  }
}

/** The same rules, without templates that are nothing but the value. */
export function plainRules(rules: readonly InjectionRule[]): InjectionRule[] {
  return rules.map(({ kind, name, template }) => {
    return template === undefined || template === "{{value}}"
      ? { kind, name }
      : { kind, name, template };
  });
}

/** What is allowed but may surprise, in sentences; usually nothing. */
export function injectionWarnings(rules: readonly InjectionRule[]): string[] {
  return rules.filter(({ kind, name }) => kind === "header" && name.includes("_"))
    .map(({ name }) =>
      `The header "${name}" has a "_": nginx drops such headers unless it is told ` +
      '"underscores_in_headers on". If the server does not see it, use --header ' +
      `"${name.replaceAll("_", "-")}".`
    );
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

/** Header names are the same in any case; query parameters are not. */
export function isSamePlace(a: InjectionPlace, b: InjectionPlace): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "query") return a.name === b.name;
  return a.name.toLowerCase() === b.name.toLowerCase();
}

/** A place in words: `header "X-API-Key"`. */
export function spokenPlace({ kind, name }: InjectionPlace): string {
  return kind === "header" ? `header "${name}"` : `query parameter "${name}"`;
}

/** Why a rule cannot carry a value, in a sentence without it; `null` when it can. */
export function valueProblem(rule: InjectionRule, value: string): string | null {
  const filled = fillTemplate(rule.template, value);
  if (filled.length > MAX_FILLED_LENGTH) {
    return `The value is too long for the ${spokenPlace(rule)}: with its template it may have ` +
      `at most ${MAX_FILLED_LENGTH} characters.`;
  }
  if (rule.kind === "query") {
    return filled.isWellFormed()
      ? null
      : "The value is not well-formed text, so no URL can carry it; check how it was copied.";
  }
  if (HEADER_VALUE.test(filled)) return null;
  if (filled !== filled.trim()) {
    return "The value begins or ends with a space or a line break, which a header loses on the " +
      "way; remove it.";
  }
  return `The value has a character that the header "${rule.name}" cannot carry (a line break, ` +
    "a control character, or one beyond Latin-1); check how it was copied.";
}

function placeProblem({ kind, name }: InjectionPlace): string | null {
  return kind === "header" ? headerProblem(name) : queryProblem(name);
}

function headerProblem(name: string): string | null {
  if (!isHeaderName(name)) {
    return `${named(name)} is not a legal header name; use 1 to ${MAX_NAME_LENGTH} letters, ` +
      'digits and "-", as in X-API-Key.';
  }

  if (!isOwnedHeader(name)) return null;
  return `The header "${name}" belongs to the protocol and cannot carry a secret; choose ` +
    "another header such as Authorization or X-API-Key, or a query parameter.";
}

function queryProblem(name: string): string | null {
  if (name.length <= MAX_NAME_LENGTH && QUERY_NAME.test(name)) return null;
  return `${named(name)} is not a usable query parameter; use 1 to ${MAX_NAME_LENGTH} visible ` +
    'ASCII characters without "=" and "&", as in api_key.';
}

/** A name that is none, as far as it is one: what is behind it may be a secret by mistake. */
function named(name: string): string {
  const [start] = name.split(/[\s:=&]/, 1);
  return quote(start === name ? name : `${start}…`);
}

/** What stands around the value must be as legal as the value itself. */
function wrongTemplate(rule: InjectionRule): string | null {
  if (rule.template === undefined) return null;
  const wrong = templateProblem(rule.template);
  if (wrong !== null) return wrong;

  const sample = fillTemplate(rule.template, "x");
  if (rule.kind === "query") {
    return sample.isWellFormed() ? null : "The template is not well-formed text; write it again.";
  }
  if (HEADER_VALUE.test(sample)) return null;
  return `The template begins or ends with a space, or has a character that the header ` +
    `"${rule.name}" cannot carry (a line break, a control character, or one beyond Latin-1).`;
}

function placeTwice(rule: InjectionRule, field: string): GatewayError {
  return refusal(
    "conflict",
    `Two rules of this secret go to the ${spokenPlace(rule)}; leave one out.`,
    field,
  );
}

function placeTaken(rule: InjectionRule, rival: string, field: string): GatewayError {
  return refusal(
    "conflict",
    `The secret "${rival}" of this server is injected as the ${spokenPlace(rule)} already; ` +
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
