import { readConfig } from "../../core/config.ts";
import { openStore } from "../../core/kv/open_store.ts";
import { createServices, type Services } from "../../core/services.ts";
import { testKeyring } from "./core.ts";

/** The services on the store at a path, as they are without a dashboard around them. */
export async function bareServices(path: string): Promise<Services> {
  return createServices({
    config: readConfig({ AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" }),
    store: await openStore(path),
    keyring: testKeyring(),
    fetch: globalThis.fetch,
    now: () => new Date(),
    log: (line) => console.error(line),
  });
}
