import { webhookStores } from "../../core/webhooks/webhook_stores.ts";
import { auditSource, eventSource } from "../../core/webhooks/alert_source.ts";
import { createAlerting } from "../../core/webhooks/create_alerting.ts";
import { createWebhook } from "../../core/webhooks/create_webhook.ts";
import { Dispatcher } from "../../core/webhooks/dispatcher.ts";
import { ErrorRates } from "../../core/webhooks/error_rates.ts";
import type { CreatedWebhook, WebhookInput } from "../../core/webhooks/webhook.ts";
import { CallFeed } from "../../core/calls/call_feed.ts";
import { CallQueries } from "../../core/calls/call_queries.ts";
import { LeaseStore } from "../../core/kv/lease_store.ts";
import { AddressRules } from "../../core/servers/address_rules.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import type { Event } from "../../core/events/event.ts";
import { newServerId } from "../../core/ids.ts";
import { AN_ADMIN, coreOn, someWorkspace, type TestCore } from "../_support/core.ts";
import { type MemoryStore, memoryStore } from "../_support/store.ts";

/** What a test may decide. */
export interface WorldOptions {
  allowPrivate?: boolean;
  timeoutMs?: number;
  /** Another process on the same store. */
  beside?: World;
}

/** A gateway's stores with alerting, whose clock stands still unless a test moves it. */
export interface World extends AsyncDisposable {
  core: TestCore;
  services: ReturnType<typeof servicesOn>;
  lines: string[];
  /** Has alerts found and sent until nothing is left to do now. */
  send(): Promise<void>;
  add(url: string, more?: Partial<WebhookInput>): Promise<CreatedWebhook>;
  /** Does what is worth an alert. */
  revokeOne(workspace?: string): Promise<void>;
  leak(secret?: string): Promise<void>;
  errorRates: ErrorRates;
  /** A dispatcher of its own, which may be ended at a step. */
  dispatcher(fault?: (step: string) => void): Dispatcher;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { beside } = options;
  const store = beside?.core.store ?? await memoryStore();
  const core = beside?.core ?? coreOn(store);
  const lines: string[] = [];
  const services = servicesOn(core, store, options, lines);
  if (beside === undefined) await someWorkspace(core);
  let tokens = 0;

  return {
    core,
    services,
    lines,
    async send() {
      services.alerting.wake();
      await services.alerting.settled();
    },
    add: (url, more = {}) => createWebhook(services, AN_ADMIN, { name: "On call", url, ...more }),
    async revokeOne(workspace = "engineering") {
      const name = `Person ${++tokens}`;
      const { id } = await createToken(core, AN_ADMIN, workspace, { name });
      await revokeToken(core, AN_ADMIN, workspace, id);
    },
    leak: (secret = "API_KEY") => services.events.add([leakOf(secret, core.now())]),
    errorRates: new ErrorRates({ ...services, alarms: services.errorAlarms }),
    dispatcher: (fault) =>
      new Dispatcher({
        ...services,
        queue: services.alertQueue,
        sources: [auditSource(services), eventSource(services)],
        fault,
      }),
    async [Symbol.asyncDispose]() {
      await services.alerting.close();
      if (beside === undefined) store.close();
    },
  };
}

/** An event as a server that sends back a secret causes it. */
export function leakOf(secret: string, at: Date, serverId = newServerId()): Event {
  return {
    kind: "leak",
    at: at.toISOString(),
    serverId,
    server: "internal-api",
    secret,
    form: "raw",
    place: "body",
    method: "tools/call",
    tool: "search",
    times: 1,
  };
}

function servicesOn(
  core: TestCore,
  { kv }: MemoryStore,
  { allowPrivate = true, timeoutMs }: WorldOptions,
  lines: string[],
) {
  const log = (line: string) => void lines.push(line);
  const services = {
    ...core,
    ...webhookStores({ kv }, core),
    callQueries: new CallQueries(kv, core.now),
    callFeed: new CallFeed(kv),
    addresses: new AddressRules({ allowPrivate, lookup: () => Promise.resolve(["10.0.0.7"]) }),
    fetch: (input: URL | Request | string, init?: RequestInit) => fetch(input, init),
    leases: new LeaseStore(kv, { instanceId: crypto.randomUUID(), now: core.now }),
    // Tests wake by hand; that changes wake is tested with whole gateways.
    signals: { watch: () => ({ [Symbol.dispose]() {} }) },
    log,
    random: () => 0.5,
    timeoutMs,
  };
  return { ...services, alerting: createAlerting(services) };
}
