import type { AuditStore } from "../audit/audit_store.ts";
import type { EventStore } from "../events/event_store.ts";
import type { Store } from "../kv/open_store.ts";
import { AlertQueueStore } from "./alert_queue_store.ts";
import { DeliveryStore } from "./delivery_store.ts";
import { ErrorAlarmStore } from "./error_alarm_store.ts";
import { WebhookStore } from "./webhook_store.ts";

/** The stores of webhooks, and of what is on its way to them. */
export function webhookStores(
  { kv }: Pick<Store, "kv">,
  deps: { audit: AuditStore; events: EventStore; now: () => Date },
) {
  const webhooks = new WebhookStore(kv, deps.audit);
  return {
    webhooks,
    deliveries: new DeliveryStore(kv, deps),
    errorAlarms: new ErrorAlarmStore(kv, deps.events),
    alertQueue: new AlertQueueStore(kv, { webhooks, now: deps.now }),
  };
}
