import { refusal } from "../errors.ts";
import { commitWithRetry, type Prepared } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listRecords, parseEntry, parseRecord } from "../kv/records.ts";
import { isNeeded, KeyCheck, lastChosen, maySeal } from "./key_check.ts";
import type { Sealed } from "./seal.ts";

/** Keeps which master keys the store was sealed with. */
export class KeyCheckStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** The checks of all keys that ever sealed. */
  list(): Promise<KeyCheck[]> {
    return listRecords(this.#kv, KeyCheck, prefixes.keyChecks);
  }

  /**
   * Records the key that a process starts with as its first, and gives what is recorded.
   *
   * A key that was being retired seals again. `check` is stored for an id that is new, or
   * retired: nothing is left that another key of that id has sealed.
   */
  choose(check: Sealed): Promise<KeyCheck> {
    return commitWithRetry(`record master key "${check.keyId}"`, async () => {
      const entries = await this.#entries();
      const entry = await this.#kv.get(keys.keyCheck(check.keyId));
      const current = parseEntry(KeyCheck, entry);
      const newest = lastChosen(entries.map(({ value }) => value));
      const isChosen = current !== null && newest?.keyId === current.keyId && maySeal(current);
      if (isChosen) return { atomic: null, result: current };

      const kept = current !== null && isNeeded(current) ? current : check;
      const chosen = (newest?.chosen ?? 0) + 1;
      const result = { ...pick(kept), chosen, retiringSince: null, retiredAt: null };
      const atomic = this.#kv.atomic().check(entry).set(entry.key, result);
      const before = entries.find(({ value }) => value.keyId === newest?.keyId);
      if (before !== undefined) atomic.check(before);
      return { atomic, result };
    });
  }

  /**
   * A commit after which nothing is sealed under any other key than `primaryId`; no `atomic`
   * when that is so already. Gives the ids of the keys that it retires.
   *
   * Throws `conflict` when another process was started with another key first after this
   * one, since the two would seal everything in turns.
   */
  async prepareRetirement(primaryId: string, at: Date): Promise<Prepared<string[]>> {
    const entries = await this.#entries();
    const newest = lastChosen(entries.map(({ value }) => value));
    if (newest !== null && newest.keyId !== primaryId) throw notChosen(primaryId, newest.keyId);

    const others = entries.filter(({ value }) => value.keyId !== primaryId && maySeal(value));
    const result = others.map(({ value }) => value.keyId);
    if (others.length === 0) return { atomic: null, result };

    const atomic = this.#kv.atomic().check(...entries);
    for (const { key, value } of others) {
      atomic.set(key, { ...value, retiringSince: at.toISOString() });
    }
    return { atomic, result };
  }

  /**
   * Says that nothing stored needs a key any more; `false` when it was chosen again since it
   * was looked at.
   */
  retire(looked: KeyCheck, at: Date): Promise<boolean> {
    return commitWithRetry(`retire the master key "${looked.keyId}"`, async () => {
      const entry = await this.#kv.get(keys.keyCheck(looked.keyId));
      const current = parseEntry(KeyCheck, entry);
      if (current === null || current.retiredAt !== null) return { atomic: null, result: true };
      const isChosenAgain = current.retiringSince === null || current.chosen !== looked.chosen;
      if (isChosenAgain) return { atomic: null, result: false };
      const atomic = this.#kv.atomic().check(entry)
        .set(entry.key, { ...current, retiredAt: at.toISOString() });
      return { atomic, result: true };
    });
  }

  async #entries(): Promise<Deno.KvEntry<KeyCheck>[]> {
    const entries = await Array.fromAsync(this.#kv.list({ prefix: prefixes.keyChecks }));
    return entries.map((entry) => ({ ...entry, value: parseRecord(KeyCheck, entry) }));
  }
}

/**
 * Makes a commit fail that stores something sealed under a key which is retired meanwhile.
 *
 * Whoever stores a sealed record does this, so that nothing is left under a retired key.
 * Throws `conflict` when the key is being retired already.
 */
export async function holdSealingKey(
  kv: Deno.Kv,
  atomic: Deno.AtomicOperation,
  keyId: string,
): Promise<void> {
  const entry = await kv.get(keys.keyCheck(keyId));
  const check = parseEntry(KeyCheck, entry);
  if (check !== null && !maySeal(check)) throw retiredKey(keyId);
  atomic.check(entry);
}

function pick({ keyId, nonce, ciphertext }: Sealed): Sealed {
  return { keyId, nonce, ciphertext };
}

function retiredKey(keyId: string): Error {
  return refusal(
    "conflict",
    `This process of the gateway still seals with the master key "${keyId}", which is being ` +
      "retired. Restart it with the new key first in AEROSTACK_MASTER_KEYS, and try again.",
  );
}

function notChosen(primaryId: string, newestId: string): Error {
  return refusal(
    "conflict",
    `This process of the gateway seals with the master key "${primaryId}", but another was ` +
      `started later with "${newestId}" first. Restart all of them with the same ` +
      "AEROSTACK_MASTER_KEYS, and try again.",
  );
}
