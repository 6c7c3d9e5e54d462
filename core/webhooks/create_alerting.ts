import type { AuditStore } from "../audit/audit_store.ts";
import type { CallFeed } from "../calls/call_feed.ts";
import type { CallQueries } from "../calls/call_queries.ts";
import type { EventStore } from "../events/event_store.ts";
import type { LeaseStore } from "../kv/lease_store.ts";
import type { Signals } from "../kv/signals.ts";
import type { Keyring } from "../secrets/keyring.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { Alerting } from "./alerting.ts";
import type { AlertQueueStore } from "./alert_queue_store.ts";
import { auditSource, eventSource } from "./alert_source.ts";
import { Deliverer } from "./deliverer.ts";
import type { DeliveryStore } from "./delivery_store.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { ErrorAlarmStore } from "./error_alarm_store.ts";
import { ErrorRates } from "./error_rates.ts";
import type { PostDeps } from "./post_webhook.ts";
import type { WebhookStore } from "./webhook_store.ts";

/** What alerting is made of. */
export interface AlertingInputs extends PostDeps {
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
  alertQueue: AlertQueueStore;
  audit: AuditStore;
  events: EventStore;
  installs: InstallStore;
  workspaces: WorkspaceStore;
  callQueries: CallQueries;
  callFeed: CallFeed;
  errorAlarms: ErrorAlarmStore;
  keyring: Keyring;
  leases: LeaseStore;
  signals: Pick<Signals, "watch">;
  log: (line: string) => void;
  /** From 0 to 1; spreads attempts that failed together. */
  random?: () => number;
  /** How long a receiver may take. */
  timeoutMs?: number;
}

/** Builds what finds alerts and sends them; it does nothing before it is woken. */
export function createAlerting(inputs: AlertingInputs): Alerting {
  const { alertQueue: queue } = inputs;
  return new Alerting({
    ...inputs,
    dispatcher: new Dispatcher({
      ...inputs,
      queue,
      sources: [auditSource(inputs), eventSource(inputs)],
    }),
    errorRates: new ErrorRates({ ...inputs, alarms: inputs.errorAlarms }),
    deliverer: (ended) => new Deliverer({ random: Math.random, ...inputs, ended }),
  });
}
