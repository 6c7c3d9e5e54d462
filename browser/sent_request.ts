/** Stands where a value is; as long for every value. */
const DOTS = "••••••••";

const PLACE = "{{value}}";

/** A place where a secret goes, and what stands around its value there. */
interface SentRule {
  kind: "header" | "query";
  name: string;
  template?: string;
}

/** A rule and what goes there, with dots for the value: `Authorization: Bearer ••••••••`. */
export function sentLine(rule: SentRule): string {
  const { kind, name } = rule;
  return kind === "header" ? `${name}: ${dotted(rule)}` : `?${name}=${dotted(rule)}`;
}

/** A request as the server gets it, as far as secrets are in it. */
export function sentRequest(url: string, rules: readonly SentRule[]): string {
  const { pathname, search, host } = new URL(url);
  const query = rules.filter(({ kind }) => kind === "query")
    .map((rule) => `${rule.name}=${dotted(rule)}`).join("&");
  const joint = search === "" ? "?" : "&";
  return [
    `POST ${pathname}${search}${query === "" ? "" : joint + query}`,
    `Host: ${host}`,
    ...rules.filter(({ kind }) => kind === "header").map(sentLine),
  ].join("\n");
}

/** A template that has no place for the value is shown as it is. */
function dotted({ template }: SentRule): string {
  return template === undefined || template === "" ? DOTS : template.replace(PLACE, DOTS);
}
