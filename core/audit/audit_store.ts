import { refusal } from "../errors.ts";
import { commitOnce, retryLostRaces } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import type { Page, PageQuery } from "../kv/pages.ts";
import { parseRecord } from "../kv/records.ts";
import { holdSealingKey } from "../secrets/key_check_store.ts";
import type { Keyring } from "../secrets/keyring.ts";
import type { Actor } from "./actor.ts";
import {
  type AuditDraft,
  AuditEntry,
  AuditHead,
  FIRST_PREVIOUS_HASH,
  hashOf,
} from "./audit_entry.ts";
import { fittingChanges } from "./fitting_changes.ts";
import { AuditSeals } from "./audit_seals.ts";
import { type AuditFilter, hasFilter, matches } from "./audit_filter.ts";

/** Every change follows the one before it, so writers in several processes meet often. */
const MAX_ATTEMPTS = 100;

/** So often a change is prepared beside others; a slow one then keeps nobody waiting. */
const EAGER_ATTEMPTS = 2;

/** How many entries one page looks at, at most, for those that a filter wants. */
const MAX_SCANNED = 2_000;

/** Where so many entries in a row are older than a period, the log is. */
const OLDER_IN_A_ROW = 100;

/** What one attempt wants to commit: nothing, or a change with what the log says of it. */
export type Audited<Result> =
  | { atomic: null; result: Result }
  | { atomic: Deno.AtomicOperation; result: Result; entry: AuditDraft };

/**
 * Keeps the audit log, and commits what goes into it.
 *
 * A change of configuration and its entry are one commit. The log is a chain:
 * each entry holds the hash of the one before it, and its end is recorded apart.
 */
export class AuditStore {
  readonly seals: AuditSeals;
  readonly #kv: Deno.Kv;
  readonly #now: () => Date;
  readonly #listeners: (() => void)[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(kv: Deno.Kv, { keyring, now }: { keyring: Keyring; now: () => Date }) {
    this.#kv = kv;
    this.#now = now;
    this.seals = new AuditSeals(keyring);
  }

  /** Has this called after each entry of this process; it begins work and does none. */
  onEntry(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Prepares and commits a change of `by` with its entry until the checks hold.
   *
   * `prepare` reads afresh each time and must not commit through here itself. `doing`
   * completes "Cannot …". Throws `conflict` when others were always first.
   */
  commit<Result>(
    by: Actor,
    doing: string,
    prepare: () => Promise<Audited<Result>>,
  ): Promise<Result> {
    return retryLostRaces(doing, MAX_ATTEMPTS, (number) => {
      if (number <= EAGER_ATTEMPTS) {
        return this.#attempt(by, prepare, (commit) => this.#inTurn(commit));
      }
      // Who lost to others of this process has them wait while it reads, too.
      return this.#inTurn(() => this.#attempt(by, prepare, (commit) => commit()));
    });
  }

  /** A page of the log, newest first; shorter than `limit` where a filter leaves little. */
  async list(
    { limit, cursor }: PageQuery,
    filter: AuditFilter = {},
  ): Promise<Page<AuditEntry>> {
    const end = keys.auditEntry(cursor === null ? await this.#endOf(filter) : Number(cursor));
    const start = keys.auditEntry(0);
    const most = hasFilter(filter) ? MAX_SCANNED : limit;
    const items: AuditEntry[] = [];
    let scanned = 0;
    let older = 0;
    let last: number | null = null;

    for await (
      const found of this.#kv.list({ start, end }, { reverse: true, limit: most + 1 })
    ) {
      if (items.length === limit || scanned === most) {
        return { items, nextCursor: last === null ? null : String(last) };
      }
      const entry = parseRecord(AuditEntry, found);
      if (matches(entry, filter)) items.push(entry);
      // A clock that was wrong for a while hides nothing behind what it wrote.
      older = filter.from !== undefined && entry.at < filter.from.toISOString() ? older + 1 : 0;
      if (older === OLDER_IN_A_ROW) break;
      last = Number(found.key.at(-1));
      scanned += 1;
    }
    return { items, nextCursor: null };
  }

  /** The place behind what was written before a period ends; `Infinity` for the log's end. */
  async #endOf({ to }: AuditFilter): Promise<number> {
    const last = to === undefined ? null : await this.last();
    if (to === undefined || last === null) return Infinity;
    const isLater = async (seq: number) => {
      const entry = AuditEntry.safeParse((await this.#kv.get(keys.auditEntry(seq))).value);
      return entry.success && entry.data.at >= to.toISOString();
    };
    let [low, high] = [1, Number(last.key.at(-1)) + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (await isLater(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** All that lies in the log from one entry on, oldest first, as it is stored. */
  entriesFrom(seq: number): AsyncIterable<Deno.KvEntry<unknown>> {
    const prefix = prefixes.audit;
    return this.#kv.list(seq === 1 ? { prefix } : { prefix, start: keys.auditEntry(seq) });
  }

  /** The last entry, as it is stored; `null` when there is none. */
  async last(): Promise<Deno.KvEntry<unknown> | null> {
    const all = { start: keys.auditEntry(0), end: keys.auditEntry(Infinity) };
    for await (const entry of this.#kv.list(all, { reverse: true, limit: 1 })) return entry;
    return null;
  }

  /** Where the log ends, as it is stored. */
  head(): Promise<Deno.KvEntryMaybe<unknown>> {
    return this.#kv.get(keys.auditHead);
  }

  async #attempt<Result>(
    by: Actor,
    prepare: () => Promise<Audited<Result>>,
    inTurn: (commit: () => Promise<boolean>) => Promise<boolean>,
  ): Promise<{ result: Result } | null> {
    const prepared = await prepare();
    const { result } = prepared;
    if (prepared.atomic === null) return { result };

    const { atomic, entry } = prepared;
    const isDone = await inTurn(async () => {
      await this.#append(atomic, by, entry);
      return await commitOnce(atomic);
    });
    if (!isDone) return null;
    for (const listener of this.#listeners) listener();
    return { result };
  }

  /** Runs what was asked for earlier first; so only other processes are rivals. */
  #inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(run);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Adds an entry to a commit, at the end of the log as it is now. */
  async #append(
    atomic: Deno.AtomicOperation,
    by: Actor,
    { action, subject, changes = {} }: AuditDraft,
  ): Promise<void> {
    const head = await this.head();
    const { seq, hash: previousHash, isWhole } = await this.#endAt(head);

    const keyId = this.seals.keyId;
    const entry: AuditEntry = {
      seq: seq + 1,
      at: this.#now().toISOString(),
      actor: by,
      action,
      subject,
      changes: fittingChanges(changes),
      afterGap: !isWhole,
      previousHash,
      keyId,
      hash: "",
      seal: "",
    };
    entry.hash = hashOf(entry);
    entry.seal = await this.seals.sealEntry(keyId, entry.hash);

    const end = { seq: entry.seq, hash: entry.hash };
    const key = keys.auditEntry(entry.seq);
    // What is under a retired key, a process without that key could not go on from.
    await holdSealingKey(this.#kv, atomic, keyId);
    atomic.check(head, { key, versionstamp: null })
      .set(key, entry)
      .set(keys.auditHead, { ...end, keyId, seal: await this.seals.sealHead(keyId, end) });
  }

  /**
   * What the next entry follows.
   *
   * An end that is missing, that we did not write, or that is not the last entry stops
   * nobody from revoking a token: the log goes on after its last entry, and says so for good.
   */
  async #endAt(
    stored: Deno.KvEntryMaybe<unknown>,
  ): Promise<{ seq: number; hash: string; isWhole: boolean }> {
    const head = AuditHead.safeParse(stored.value);
    const seal = head.success ? await this.seals.checkHead(head.data) : "wrong";
    if (head.success && seal === "unknown_key") throw keyNotLoaded(head.data.keyId);

    const last = await this.last();
    const seq = last === null ? 0 : Number(last.key.at(-1));
    if (head.success && seal === "good" && head.data.seq === seq) {
      return { ...head.data, isWhole: true };
    }

    const entry = AuditEntry.safeParse(last?.value);
    return {
      seq,
      hash: entry.success ? entry.data.hash : FIRST_PREVIOUS_HASH,
      isWhole: last === null && stored.versionstamp === null,
    };
  }
}

function keyNotLoaded(keyId: string): Error {
  return refusal(
    "internal",
    `The audit log is sealed with the master key "${keyId}", which this process has not loaded; ` +
      "add it to AEROSTACK_MASTER_KEYS and start again.",
  );
}
