/**
 * Chooses where the packages of JSR come from: `deno task deps jsr`, or `npm`.
 *
 * With `jsr` the real packages are used, and with `npm` the stand-ins in `compat/`, for networks
 * that reach an npm registry alone. All it changes is the line `"links"` of `deno.json`.
 */
const CONFIG = new URL("../deno.json", import.meta.url);

const LINKS = `  "links": ["./compat/fresh", "./compat/std-crypto", "./compat/kv-oauth"],\n`;

/** Where the packages of JSR may come from. */
export type Source = "jsr" | "npm";

/** Puts `links` into the text of a `deno.json`, or takes it out; the rest stays as it is. */
export function withSource(config: string, source: Source): string {
  const without = config.replace(/^[ \t]*"links":\s*\[[^\]]*\],?[ \t]*\r?\n/m, "");
  if (source === "jsr") return without;

  const place = /^[ \t]*"nodeModulesDir":.*\r?\n/m.exec(without);
  if (place === null) throw new Error(`Cannot add "links": deno.json has no "nodeModulesDir"`);
  const end = place.index + place[0].length;
  return without.slice(0, end) + LINKS + without.slice(end);
}

if (import.meta.main) {
  const [source] = Deno.args;
  if (source !== "jsr" && source !== "npm") {
    console.error("Cannot choose packages: say `deno task deps jsr` or `deno task deps npm`");
    Deno.exit(2);
  }
  const config = await Deno.readTextFile(CONFIG);
  await Deno.writeTextFile(CONFIG, withSource(config, source));
  console.log(
    source === "jsr"
      ? "deno.json now takes Fresh, std and kv-oauth from JSR"
      : "deno.json now takes Fresh, std and kv-oauth from compat/",
  );
}
