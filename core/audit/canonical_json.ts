/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A value as JSON text that is the same whatever order its fields were written in. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);

  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`).join()}}`;
}
