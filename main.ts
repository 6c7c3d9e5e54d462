import { readConfig } from "./core/config.ts";
import { openStore } from "./core/kv/open_store.ts";
import { loadKeyring } from "./core/secrets/load_keyring.ts";
import { createServices } from "./core/services.ts";
import { createApp } from "./create_app.ts";
import { stopOnSignal } from "./stop_on_signal.ts";
import { isHosted, storeLocation } from "./store_location.ts";

const config = readConfig(Deno.env.toObject());
const store = await openStore(await storeLocation(config));
const log = (line: string) => console.error(line);

/** Everything behind the pages, the admin API and the MCP endpoint. */
export const services = createServices({
  config,
  store,
  keyring: await loadKeyring(config, store, log),
  fetch: globalThis.fetch,
  now: () => new Date(),
  log,
});

/** The whole app. */
export const app = createApp(services);

// A hosting platform serves the app itself; elsewhere `tasks/start.ts` does, with its server.
if (isHosted()) stopOnSignal(services);
