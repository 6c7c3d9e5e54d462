import type { Actor } from "../audit/actor.ts";
import type { AuditChange } from "../audit/audit_entry.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import { isBeingRetired, type KeyCheck, lastChosen, maySeal } from "./key_check.ts";
import type { KeyCheckStore } from "./key_check_store.ts";
import type { Keyring } from "./keyring.ts";
import { open, seal } from "./seal.ts";
import type { SealedRecord, SealedRecordStore } from "./sealed_record_store.ts";

/** What a rotation works on. */
export interface KeyRotationDeps {
  keyring: Keyring;
  keyChecks: KeyCheckStore;
  sealed: SealedRecordStore;
  audit: AuditStore;
  now: () => Date;
  log: (line: string) => void;
}

/** How many records are sealed again side by side. */
const LANES = 4;

/**
 * Seals everything again under the first master key, in the background.
 *
 * What is left to do is what is still under another key, so a process that dies loses
 * nothing, any process goes on where it stopped, and several at once do no harm. Values,
 * versions and epochs stay as they are: no call notices.
 */
export class KeyRotation {
  readonly #deps: KeyRotationDeps;
  readonly #closing = new AbortController();
  #running: Promise<void> | null = null;

  constructor(deps: KeyRotationDeps) {
    this.#deps = deps;
  }

  /** Whether this process seals again right now. */
  get isRunning(): boolean {
    return this.#running !== null;
  }

  /**
   * Begins, or goes on where it stopped. From its answer on, no process seals under another
   * key. Throws `conflict` when this process does not seal under the key chosen last.
   */
  async start(by: Actor): Promise<void> {
    const { audit, keyring, keyChecks, now } = this.#deps;
    const primary = keyring.primaryId;
    await audit.commit(by, "rotate the master keys", async () => {
      const { atomic, result } = await keyChecks.prepareRetirement(primary, now());
      if (atomic === null) return { atomic, result };
      const subject = { key: primary };
      return {
        atomic,
        result,
        entry: { action: "keys.rotate", subject, changes: retiring(result) },
      };
    });
    this.#run();
  }

  /** Goes on with what was begun by a process that has ended since. Never rejects. */
  async resume(): Promise<void> {
    const { keyring, keyChecks, log } = this.#deps;
    try {
      const checks = await keyChecks.list();
      const isOurs = lastChosen(checks)?.keyId === keyring.primaryId;
      if (isOurs && checks.some(isBeingRetired)) this.#run();
    } catch (error) {
      log(`Cannot look for master keys that are being retired: ${error}`);
    }
  }

  /** Resolves when this process has nothing more to seal again. */
  async finished(): Promise<void> {
    await this.#running;
  }

  /** Stops after the record at hand. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  #run(): void {
    if (this.#closing.signal.aborted) return;
    this.#running ??= this.#sealAll()
      .catch((error) => this.#deps.log(`Sealing again stopped: ${error}`))
      .finally(() => this.#running = null);
  }

  async #sealAll(): Promise<void> {
    const { keyChecks, keyring, log, now, sealed } = this.#deps;
    // What is looked at before the pass cannot get a record that the pass does not see.
    const checks = await keyChecks.list();
    const left = new Set<string>();

    const records = sealed.list();
    const lane = async () => {
      for await (const record of records) {
        if (this.#closing.signal.aborted) return;
        const under = await this.#sealAgain(record, checks);
        if (under !== null) left.add(under);
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane));
    const failed = lanes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    if (this.#closing.signal.aborted) return;

    for (const check of checks.filter(isBeingRetired)) {
      if (left.has(check.keyId) || left.has(UNKNOWN)) continue;
      const isRetired = await keyChecks.retire(check, now());
      if (isRetired) log(`Nothing is sealed under the master key "${check.keyId}" any more.`);
    }
    log(`Everything that could be opened is sealed under the master key "${keyring.primaryId}".`);
  }

  /** Gives the key that a record is still under, which keeps that key; else `null`. */
  async #sealAgain(record: SealedRecord, checks: readonly KeyCheck[]): Promise<string | null> {
    const { keyring, log, now, sealed } = this.#deps;
    const { content } = record;
    if (content === "damaged") return UNKNOWN;
    const { keyId } = content.sealed;
    const isInUse = checks.some((check) => check.keyId === keyId && maySeal(check));
    if (keyId === keyring.primaryId || isInUse) return null;

    let left: string | null = null;
    await sealed.renew(record, now(), async (current) => {
      left = null;
      if (current.sealed.keyId === keyring.primaryId) return null;
      const text = await open(keyring, current.context, current.sealed);
      if (text !== null) return await seal(keyring, current.context, text);
      left = current.sealed.keyId;
      return null;
    });
    if (left !== null) log(`Cannot open ${content.label} with the master key "${left}".`);
    return left;
  }
}

/** Stands for the key of a record that cannot be read: it may be any. */
const UNKNOWN = "";

function retiring(ids: readonly string[]): Record<string, AuditChange> {
  return { retiring: { before: null, after: [...ids] } };
}
