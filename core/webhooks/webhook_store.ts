import { type Actor, THE_GATEWAY } from "../audit/actor.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import { refusal } from "../errors.ts";
import type { WebhookId } from "../ids.ts";
import { commitOnce } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listRecords, parseEntry } from "../kv/records.ts";
import { holdSealingKey } from "../secrets/key_check_store.ts";
import { auditPlace, eventPlace } from "./alert_place.ts";
import { auditedChanges } from "../egress/audited_changes.ts";
import { EarlierSecret, type LogPlaces, MAX_WEBHOOKS, Webhook } from "./webhook.ts";

/** Fields that say nothing of what somebody changed, or may not be said. */
const UNAUDITED = ["id", "sealed", "after", "createdAt", "updatedAt"];

/** Keeps where alerts are sent. */
export class WebhookStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;

  constructor(kv: Deno.Kv, audit: AuditStore) {
    this.#kv = kv;
    this.#audit = audit;
  }

  /** All webhooks, by id; at most 20. */
  list(): Promise<Webhook[]> {
    return listRecords(this.#kv, Webhook, prefixes.webhooks);
  }

  /** The webhook of this id, or `null`. */
  async get(id: WebhookId): Promise<Webhook | null> {
    return parseEntry(Webhook, await this.#kv.get(keys.webhook(id)));
  }

  /** The secret before the present one, if it still signs at `now`. */
  async earlierSecret(id: WebhookId, now: Date): Promise<EarlierSecret | null> {
    const earlier = parseEntry(EarlierSecret, await this.#kv.get(keys.webhookEarlierSecret(id)));
    return earlier !== null && Date.parse(earlier.until) > now.getTime() ? earlier : null;
  }

  /** Adds one. Throws `limit_reached` past 20, and `conflict` for a name that is taken. */
  async add(by: Actor, webhook: Omit<Webhook, "after">): Promise<Webhook> {
    return await this.#audit.commit(by, `add webhook "${webhook.name}"`, async () => {
      const epoch = await this.#kv.get(keys.webhookEpoch);
      const all = await this.list();
      if (all.length >= MAX_WEBHOOKS) throw full();
      refuseTakenName(all, webhook);

      const result: Webhook = { ...webhook, after: await this.#endOfLogs() };
      const key = keys.webhook(webhook.id);
      const atomic = this.#kv.atomic().check(epoch, { key, versionstamp: null }).set(key, result);
      await holdSealingKey(this.#kv, atomic, result.sealed.keyId);
      const entry = {
        action: "webhook.add",
        subject: subjectOf(result),
        changes: auditedChanges(null, result, UNAUDITED),
      };
      return { atomic: touch(atomic), result, entry };
    });
  }

  /**
   * Stores what `change` makes of one, and gives it; `null` when it is gone. What changes
   * nothing is not stored. One that is enabled gets what happens from then on.
   *
   * Throws `conflict` for a name that is taken.
   */
  update(
    by: Actor,
    id: WebhookId,
    change: (webhook: Webhook) => Webhook,
  ): Promise<Webhook | null> {
    return this.#audit.commit(by, `change webhook "${id}"`, async () => {
      const epoch = await this.#kv.get(keys.webhookEpoch);
      const stored = await this.#kv.get(keys.webhook(id));
      const webhook = parseEntry(Webhook, stored);
      if (webhook === null) return { atomic: null, result: null };

      const wanted = change(webhook);
      const changes = auditedChanges(webhook, wanted, UNAUDITED);
      if (Object.keys(changes).length === 0) return { atomic: null, result: webhook };
      refuseTakenName(await this.list(), wanted);

      const isBack = webhook.disabled !== null && wanted.disabled === null;
      const after = isBack ? await this.#endOfLogs() : webhook.after;
      const result: Webhook = { ...wanted, id, after };
      const atomic = touch(this.#kv.atomic().check(epoch, stored).set(stored.key, result));
      const entry = { action: "webhook.update", subject: subjectOf(webhook), changes };
      return { atomic, result, entry };
    });
  }

  /** Disables one whose receiver says that it is gone for good, unless it has another by now. */
  async end({ id, url }: Webhook, now: Date): Promise<void> {
    const at = now.toISOString();
    await this.update(THE_GATEWAY, id, (webhook) => {
      if (webhook.disabled !== null || webhook.url !== url) return webhook;
      return { ...webhook, disabled: { at, reason: "gone" }, updatedAt: at };
    });
  }

  /**
   * Puts another secret in the place of a webhook's, which goes on signing for a while.
   * `make` gives both, sealed for the versions that they have. `null` when the webhook is gone.
   */
  rotate(
    by: Actor,
    id: WebhookId,
    make: (webhook: Webhook) => Promise<{ next: Webhook; earlier: EarlierSecret }>,
  ): Promise<Webhook | null> {
    return this.#audit.commit(by, `rotate the secret of webhook "${id}"`, async () => {
      const stored = await this.#kv.get(keys.webhook(id));
      const webhook = parseEntry(Webhook, stored);
      if (webhook === null) return { atomic: null, result: null };

      const { next: result, earlier } = await make(webhook);
      const atomic = touch(this.#kv.atomic().check(stored).set(stored.key, result))
        .set(keys.webhookEarlierSecret(id), earlier);
      for (const keyId of new Set([result.sealed.keyId, earlier.sealed.keyId])) {
        await holdSealingKey(this.#kv, atomic, keyId);
      }
      const changes = {
        ...auditedChanges(webhook, result, UNAUDITED),
        earlierSecretUntil: { before: null, after: earlier.until },
      };
      const entry = { action: "webhook.rotate_secret", subject: subjectOf(webhook), changes };
      return { atomic, result, entry };
    });
  }

  /** Removes one; `false` when it is not there. Its deliveries are to be cleared away then. */
  remove(by: Actor, id: WebhookId): Promise<boolean> {
    return this.#audit.commit(by, `remove webhook "${id}"`, async () => {
      const stored = await this.#kv.get(keys.webhook(id));
      const webhook = parseEntry(Webhook, stored);
      if (webhook === null) return { atomic: null, result: false };

      const atomic = this.#kv.atomic().check(stored)
        .delete(stored.key)
        .delete(keys.webhookEarlierSecret(id))
        .set(keys.webhookRemoved(id), id);
      const entry = {
        action: "webhook.remove",
        subject: subjectOf(webhook),
        changes: auditedChanges(webhook, null, UNAUDITED),
      };
      return { atomic: touch(atomic), result: true, entry };
    });
  }

  /** Forgets secrets that do not sign any more. */
  async dropSpentSecrets(now: Date): Promise<void> {
    for await (const entry of this.#kv.list({ prefix: prefixes.webhookEarlierSecrets })) {
      const earlier = parseEntry(EarlierSecret, entry);
      if (earlier === null || Date.parse(earlier.until) > now.getTime()) continue;
      // Another may lie there by now, which does sign; what is left the next look forgets.
      await commitOnce(this.#kv.atomic().check(entry).delete(entry.key));
    }
  }

  async #endOfLogs(): Promise<LogPlaces> {
    const [entry, events] = await Promise.all([
      this.#lastUnder(prefixes.audit),
      this.#lastUnder(prefixes.events),
    ]);
    return {
      audit: entry === null ? "" : auditPlace(Number(entry)),
      events: events === null ? "" : eventPlace(String(events), Infinity),
    };
  }

  async #lastUnder(prefix: Deno.KvKey): Promise<Deno.KvKeyPart | null> {
    const [last] = await Array.fromAsync(this.#kv.list({ prefix }, { reverse: true, limit: 1 }));
    return last?.key.at(-1) ?? null;
  }
}

/** Whoever decides on all webhooks at once has to look again. */
function touch(atomic: Deno.AtomicOperation): Deno.AtomicOperation {
  return atomic.sum(keys.webhookEpoch, 1n);
}

function subjectOf({ id, name }: Webhook): Record<string, string> {
  return { webhook: name, webhookId: id };
}

function refuseTakenName(all: readonly Webhook[], { id, name }: Pick<Webhook, "id" | "name">) {
  if (!all.some((one) => one.id !== id && one.name === name)) return;
  throw refusal("conflict", `A webhook "${name}" exists already; give it another name.`, "name");
}

function full(): Error {
  return refusal(
    "limit_reached",
    `There are ${MAX_WEBHOOKS} webhooks, the most that a gateway keeps; remove one first.`,
  );
}
