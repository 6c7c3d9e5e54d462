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

/** Whether this runs on Deno Deploy, which brings its own store and its own server. */
export function isHosted(): boolean {
  return Deno.env.has("DENO_DEPLOYMENT_ID");
}
