import { commitWithRetry } from "../kv/commit.ts";
import { holdSealingKey } from "./key_check_store.ts";
import type { Sealed } from "./seal.ts";
import { SEALED_KINDS, type SealedContent, type SealedKind } from "./sealed_kinds.ts";

/** A sealed record of whatever kind, or one that cannot be read. */
export interface SealedRecord {
  kind: SealedKind;
  key: Deno.KvKey;
  content: SealedContent | "damaged";
}

/** Reads and seals again what other stores keep sealed, without knowing more about it. */
export class SealedRecordStore {
  readonly #kv: Deno.Kv;
  readonly #kinds: readonly SealedKind[];

  constructor(kv: Deno.Kv, kinds: readonly SealedKind[] = SEALED_KINDS) {
    this.#kv = kv;
    this.#kinds = kinds;
  }

  /** Every sealed record. What is stored while this runs may be left out. */
  async *list(): AsyncGenerator<SealedRecord> {
    for (const kind of this.#kinds) {
      for await (const { key, value } of this.#kv.list({ prefix: kind.prefix })) {
        const content = kind.read(value);
        if (content !== "empty") yield { kind, key, content };
      }
    }
  }

  /**
   * Puts what `reseal` gives in the place of what is sealed in a record, which stays as it is
   * otherwise. It is asked again when somebody else writes the record first; `null` leaves the
   * record alone. Throws `conflict` when the new key is itself being retired.
   */
  renew(
    { kind, key }: SealedRecord,
    now: Date,
    reseal: (content: SealedContent) => Promise<Sealed | null>,
  ): Promise<void> {
    return commitWithRetry("seal a record again", async () => {
      const entry = await this.#kv.get(key);
      const content = entry.versionstamp === null ? "empty" : kind.read(entry.value);
      const sealed = typeof content === "string" ? null : await reseal(content);
      if (typeof content === "string" || sealed === null) {
        return { atomic: null, result: undefined };
      }

      const { expiresAt } = content;
      const expireIn = expiresAt === null
        ? undefined
        : Math.max(1, Date.parse(expiresAt) - now.getTime());
      const atomic = this.#kv.atomic().check(entry).set(key, content.with(sealed), { expireIn });
      await holdSealingKey(this.#kv, atomic, sealed.keyId);
      return { atomic, result: undefined };
    });
  }
}
