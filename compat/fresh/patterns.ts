/**
 * Turns a route file's path, without extension, into the path it answers.
 *
 * `posts/[slug]` answers `/posts/:slug`, `[[lang]]/about` answers
 * `{/:lang}?/about`, `docs/[...rest]` answers `/docs/:rest*`. Folders in round
 * brackets take no part in the address, but are kept with `keepGroups`, to tell
 * their layouts and middlewares apart.
 */
export function pathToPattern(
  path: string,
  options: { keepGroups?: boolean } = {},
): string {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts.at(-1) === "index") parts.pop();

  let pattern = "";
  let onlyOptional = true;
  for (const part of parts) {
    if (!options.keepGroups && isGroup(part)) continue;
    const piece = partToPattern(part, path);
    onlyOptional &&= piece.startsWith("{/");
    pattern += piece;
  }

  if (pattern === "") return "/";
  return onlyOptional ? pattern.replace("{/", "/{") : pattern;
}

function isGroup(part: string): boolean {
  return part.startsWith("(") && part.endsWith(")");
}

function partToPattern(part: string, path: string): string {
  const rest = /^\[\.\.\.(\w+)\]$/.exec(part);
  if (rest !== null) return `/:${rest[1]}*`;

  const optional = /^\[\[(\w+)\]\]$/.exec(part);
  if (optional !== null) return `{/:${optional[1]}}?`;

  if (part.includes("][")) {
    throw new SyntaxError(
      `Cannot read route "${path}": two parameters need a character between them`,
    );
  }
  const pattern = part.replaceAll(/\[(\w+)\]/g, ":$1");
  if (/[[\]]/.test(pattern)) {
    throw new SyntaxError(
      `Cannot read route "${path}": the brackets of "${part}" do not match`,
    );
  }
  return `/${pattern}`;
}

/** Puts a pattern below a base path; `*` and `/` mean the base path itself. */
export function mergePath(base: string, path: string): string {
  const prefix = base.replace(/\*$/, "").replace(/\/$/, "");
  if (path === "*" || path === "") return prefix === "" ? "*" : `${prefix}/*`;
  if (path === "/" && prefix !== "") return prefix;
  return prefix + path;
}

/**
 * Lists the folders that lead to a pattern, from the outermost inwards.
 *
 * A middleware or layout of `/admin` is found in folder `admin`; a page
 * `/admin/users` passes it on its way. `includeLast` counts the last part of the
 * pattern as a folder too.
 */
export function folders(pattern: string, includeLast: boolean): string[] {
  if (pattern === "*" || pattern === "/*") return [];
  const parts = pattern.replaceAll(/\{[^}]*\}\??/g, "").split("/").slice(1);
  if (!includeLast) parts.pop();
  return parts.filter((part) => part !== "");
}
