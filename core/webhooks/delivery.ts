import { z } from "zod";
import { DeliveryId, newDeliveryId, WebhookId } from "../ids.ts";
import { AlertKind } from "./alert.ts";
import type { Webhook } from "./webhook.ts";

/** Waits for its next attempt, was taken, or was given up. */
export const DeliveryState = z.enum(["pending", "delivered", "dead"]);
export type DeliveryState = z.infer<typeof DeliveryState>;

/** One request to the receiver, and what came of it. */
export const Attempt = z.object({
  at: z.iso.datetime(),
  durationMs: z.number(),
  /** `null` when there was no answer. */
  status: z.number().int().nullable(),
  /** Why it failed; `null` when it did not. */
  error: z.string().nullable(),
  /** How the answer began, in at most 200 characters; `null` without one, and for a URL with a query. */
  answer: z.string().nullable(),
});
export type Attempt = z.infer<typeof Attempt>;

/** An alert on its way to one webhook, as it is stored. */
export const Delivery = z.object({
  id: DeliveryId,
  webhookId: WebhookId,
  /** What the receiver tells repetitions by. */
  alertId: z.string(),
  type: AlertKind,
  /** The JSON that is sent, byte for byte the same in every attempt. */
  body: z.string(),
  state: DeliveryState,
  /** How many attempts were made since it was put into the queue, or sent again. */
  tries: z.number().int().min(0),
  /** The last ten. */
  attempts: z.array(Attempt),
  /** When the next is due; `null` when there will be none. */
  dueAt: z.iso.datetime().nullable(),
  /** Why it was given up; `null` when it was not. */
  reason: z.string().nullable(),
  createdAt: z.iso.datetime(),
  /** Until when it is kept; `null` while it is pending. */
  keptUntil: z.iso.datetime().nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

/** A delivery as the API shows it. */
export const DeliveryView = Delivery.omit({ body: true, webhookId: true, keptUntil: true }).extend({
  webhook: z.object({ id: WebhookId, name: z.string() }),
  /** What is sent. */
  payload: z.json(),
});
export type DeliveryView = z.infer<typeof DeliveryView>;

/** What became of the wish to send again what was given up. */
export const ResendReport = z.object({
  resent: z.number().int(),
  /** Whether there is more, for which one asks again. */
  hasMore: z.boolean(),
});
export type ResendReport = z.infer<typeof ResendReport>;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long after each attempt that failed the next one is made; about 21 hours in all. */
export const PAUSES_MS: readonly number[] = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  6 * HOUR,
  12 * HOUR,
];

/** The most that a receiver can put off an attempt. */
const MAX_WAIT_MS = 12 * HOUR;

/** How far a pause may be from what it should be, in both directions. */
const JITTER = 0.1;

/** No attempt is further away than this. */
export const LONGEST_PAUSE_MS = 12 * HOUR * (1 + JITTER);

const ATTEMPTS_KEPT = 10;

/** For how long deliveries are kept that were made, and that were given up. */
export const KEPT_MS = { delivered: 7 * DAY, dead: 30 * DAY };

/**
 * How long to wait after so many attempts that failed; `null` when that was the last.
 *
 * `random` is from 0 to 1. A receiver may ask for longer, up to 12 hours, and never for less.
 */
export function pauseAfter(
  tries: number,
  random: number,
  retryAfterMs: number | null = null,
): number | null {
  const pauseMs = PAUSES_MS[tries - 1];
  if (pauseMs === undefined) return null;
  const jittered = pauseMs * (1 + JITTER * (2 * random - 1));
  return Math.round(Math.max(jittered, Math.min(retryAfterMs ?? 0, MAX_WAIT_MS)));
}

/** An alert on its way to a webhook, before its first attempt. */
export function newDelivery(
  webhook: Pick<Webhook, "id">,
  { alertId, type, body }: Pick<Delivery, "alertId" | "type" | "body">,
  now: Date,
): Delivery {
  const at = now.toISOString();
  return {
    id: newDeliveryId(now),
    webhookId: webhook.id,
    alertId,
    type,
    body,
    state: "pending",
    tries: 0,
    attempts: [],
    dueAt: at,
    reason: null,
    createdAt: at,
    keptUntil: null,
  };
}

/** The delivery with one more attempt on it. */
export function withAttempt(delivery: Delivery, attempt: Attempt): Delivery {
  const attempts = [...delivery.attempts, attempt].slice(-ATTEMPTS_KEPT);
  return { ...delivery, tries: delivery.tries + 1, attempts };
}

/** The delivery when it is over, one way or the other. */
export function settled(
  delivery: Delivery,
  state: "delivered" | "dead",
  { reason, now }: { reason: string | null; now: Date },
): Delivery {
  const keptUntil = new Date(now.getTime() + KEPT_MS[state]).toISOString();
  return { ...delivery, state, reason, dueAt: null, keptUntil };
}

/** The delivery when it is to be made from the beginning. */
export function begunAgain(delivery: Delivery, now: Date): Delivery {
  const dueAt = now.toISOString();
  return { ...delivery, state: "pending", tries: 0, dueAt, reason: null, keptUntil: null };
}

/**
 * Whether an attempt is to be made now. What is further away than any pause was put off by a
 * clock that was wrong, and is due.
 */
export function isDue({ dueAt }: Delivery, now: Date): boolean {
  if (dueAt === null) return false;
  const waitMs = Date.parse(dueAt) - now.getTime();
  return waitMs <= 0 || waitMs >= LONGEST_PAUSE_MS;
}
