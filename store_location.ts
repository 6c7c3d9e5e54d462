import type { Config } from "./core/config.ts";

/**
 * Where the store is: what `DENO_KV_PATH` says, else a file in the data folder, which
 * is made for the owner alone; `undefined`, the platform's own, on Deno Deploy.
 */
export async function storeLocation(config: Config): Promise<string | undefined> {
  if (config.kvPath !== null) return config.kvPath;
  if (isHosted()) return undefined;

  await Deno.mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  return `${config.dataDir}/kv.sqlite3`;
}

/**
 * Has `@deno/kv-oauth` open the same store: it looks at `DENO_KV_PATH` when it is loaded.
 * `undefined` is the platform's own for both.
 */
export function shareLocation(location: string | undefined): void {
  if (location !== undefined) Deno.env.set("DENO_KV_PATH", location);
}

/** Whether this runs on Deno Deploy, which brings its own store and its own server. */
function isHosted(): boolean {
  return Deno.env.has("DENO_DEPLOYMENT_ID");
}
