import { z } from "zod";
import { commitOnce } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listRecords } from "../kv/records.ts";

/** A known text under a master key, by which that key is recognised. */
export const KeyCheck = z.object({
  keyId: z.string(),
  nonce: z.string(),
  ciphertext: z.string(),
});
export type KeyCheck = z.infer<typeof KeyCheck>;

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

  /** Records a key; `false` when one of that id is recorded already. */
  add(check: KeyCheck): Promise<boolean> {
    const key = keys.keyCheck(check.keyId);
    return commitOnce(
      this.#kv.atomic().check({ key, versionstamp: null }).set(key, check),
    );
  }
}
