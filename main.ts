import { ownerWarning } from "./core/admins/github_config.ts";
import { readConfig } from "./core/config.ts";
import { openStore } from "./core/kv/open_store.ts";
import { SYSTEM_NETWORK } from "./core/egress/network.ts";
import { PATIENCE_MS } from "./core/recent_answers.ts";
import { loadKeyring } from "./core/secrets/load_keyring.ts";
import { createServices } from "./core/services.ts";
import { createApp } from "./create_app.ts";
import { openTelemetry } from "./otel_telemetry.ts";
import { addSystemMetrics } from "./system_metrics.ts";
import { stopOnSignal } from "./stop_on_signal.ts";
import { shareLocation, storeLocation } from "./store_location.ts";
import { createTunnelClient } from "./tunnel_client.ts";

const config = readConfig(Deno.env.toObject());
const location = await storeLocation(config);
if (config.gitHub !== null) shareLocation(location);
const store = await openStore(location);
const { telemetry, fetch } = openTelemetry(Deno.env.toObject(), globalThis.fetch);
const log = (line: string) => console.error(line);

const warning = ownerWarning(config.gitHub);
if (warning !== null) log(warning);

/** Everything behind the pages, the admin API and the MCP endpoint. */
export const services = createServices({
  config,
  store,
  keyring: await loadKeyring(config, store, log),
  fetch,
  telemetry,
  patienceMs: PATIENCE_MS,
  network: { ...SYSTEM_NETWORK, createClient: createTunnelClient },
  now: () => new Date(),
  log,
});

addSystemMetrics(services.metrics, new Date());

// Another process may have ended while it sealed everything under a new master key.
void services.keyRotation.resume();
// And alerts may wait for somebody to send them.
services.alerting.wake();

// What no call and no message woke is done within a minute, where the runtime has cron; an
// isolate of a hosting platform is started for it.
if (typeof Deno.cron === "function") {
  Deno.cron("every minute", "* * * * *", () => services.everyMinute());
}

/** The whole app. */
export const app = createApp(services);

/** What ends the process; whoever serves the app names its server there. */
export const stopping = stopOnSignal(services);
