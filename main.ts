import { App, staticFiles } from "fresh";
import { readConfig } from "./core/config.ts";
import { openStore } from "./core/kv/open_store.ts";
import { loadKeyring } from "./core/secrets/load_keyring.ts";
import { createServices } from "./core/services.ts";
import { storeLocation } from "./store_location.ts";
import type { State } from "./define.ts";

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

/** The whole app: dashboard, admin API and MCP endpoint. */
export const app = new App<State>()
  .use((ctx) => {
    ctx.state.services = services;
    ctx.state.admin = null;
    return ctx.next();
  })
  .use(staticFiles())
  .fsRoutes();
