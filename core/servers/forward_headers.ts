import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import { isHeaderName, isOwnedHeader } from "../secrets/injection_rule.ts";
import type { InjectionRule } from "../secrets/secret.ts";

/** Owned by HTTP, but the client's own wish, which a server may well hear. */
const ALLOWED: readonly string[] = ["accept-language"];

/**
 * The names of the client's headers that a server gets: lower case, each once, in order.
 *
 * Throws `invalid_input` for what is no header, what the protocol fills in, and what would
 * carry the client's own credentials; and `conflict` for one that a secret is injected as.
 */
export function forwardedNames(
  names: readonly string[],
  secrets: readonly { name: string; rules: readonly InjectionRule[] }[] = [],
): string[] {
  const lower = [...new Set(names.map((name) => name.toLowerCase()))].sort();
  for (const name of lower) {
    checkName(name);
    const rival = secrets.find(({ rules }) => rules.some((rule) => goesInto(rule, name)));
    if (rival === undefined) continue;
    throw refusal(
      "conflict",
      `The secret "${rival.name}" of this server is injected as the header "${name}", so the ` +
        "client's own cannot be forwarded.",
      "forwardHeaders",
    );
  }
  return lower;
}

function checkName(name: string): void {
  if (!isHeaderName(name)) {
    throw refusal("invalid_input", `${quote(name)} is not a legal header name.`, "forwardHeaders");
  }
  const isRefused = name === "authorization" || isOwnedHeader(name) && !ALLOWED.includes(name);
  if (!isRefused) return;
  throw refusal(
    "invalid_input",
    `The header "${name}" is never forwarded: it belongs to the protocol, or carries the ` +
      "client's own credentials.",
    "forwardHeaders",
  );
}

function goesInto({ kind, name }: InjectionRule, header: string): boolean {
  return kind === "header" && name.toLowerCase() === header;
}
