import { wrongUsage } from "./cli_error.ts";

/**
 * Builds a path of the admin API; what is filled in stays one segment.
 *
 * An empty name would ask for the whole list, and `..` for what is above: both
 * are wrong usage, since the path would mean something else.
 */
export function apiPath(texts: TemplateStringsArray, ...names: readonly string[]): string {
  return names.reduce(
    (path, name, index) => path + segment(name) + (texts[index + 1] ?? ""),
    texts[0] ?? "",
  );
}

function segment(name: string): string {
  if (/^\.*$/.test(name)) throw wrongUsage(`"${name}" is no name; write the name of one thing.`);
  return encodeURIComponent(name);
}
