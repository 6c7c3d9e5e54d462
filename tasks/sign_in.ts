/**
 * `deno task sign-in`: prints a link that signs in to the dashboard, once.
 *
 * Whoever may run this on the gateway's store is an admin anyway. It wants the
 * gateway's own environment, to find that store; the gateway may be running.
 */
import { AdminStore } from "../core/admins/admin_store.ts";
import { type Config, ConfigError, readConfig } from "../core/config.ts";
import { openStore } from "../core/kv/open_store.ts";
import { storeLocation } from "../store_location.ts";

/** Makes the link. Throws {@linkcode ConfigError} where no gateway has run. */
async function makeSignInLink(config: Config): Promise<string> {
  const file = config.kvPath ?? `${config.dataDir}/kv.sqlite3`;
  if (!/^https?:/.test(file) && !await isThere(file)) {
    throw new ConfigError(
      `There is no store at "${file}"; run this where the gateway runs, with the same ` +
        "AEROSTACK_DATA_DIR or DENO_KV_PATH.",
    );
  }

  const store = await openStore(await storeLocation(config));
  try {
    const code = await new AdminStore(store.kv).sessions.createSignInLink(new Date());
    return `${config.publicUrl}/auth/link/${code}`;
  } finally {
    store.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

if (import.meta.main) {
  try {
    const link = await makeSignInLink(readConfig(Deno.env.toObject()));
    console.log(`Sign in to the dashboard (works once, for an hour): ${link}`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
