import { createHmac } from "node:crypto";
import type { Keyring } from "../secrets/keyring.ts";
import type { AuditEntry, AuditHead } from "./audit_entry.ts";

const ENTRIES = "aerostack audit";
const HEADS = "aerostack audit head";

/** Whether a seal is right, wrong, or made with a master key that is not loaded here. */
export type SealState = "good" | "wrong" | "unknown_key";

/** Seals entries and ends of the audit log, so that nobody without a master key can write them. */
export class AuditSeals {
  readonly #keyring: Keyring;
  readonly #keys = new Map<string, Promise<Uint8Array>>();

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  /** The master key that new seals are made with. */
  get keyId(): string {
    return this.#keyring.primaryId;
  }

  /** The seal of an entry with this hash. */
  sealEntry(keyId: string, hash: string): Promise<string> {
    return this.#hmac(keyId, ENTRIES, hash);
  }

  /** The seal of the log's end. */
  sealHead(keyId: string, { seq, hash }: Pick<AuditHead, "seq" | "hash">): Promise<string> {
    return this.#hmac(keyId, HEADS, `${seq}:${hash}`);
  }

  /** What an entry's seal is worth. */
  async checkEntry({ keyId, hash, seal }: AuditEntry): Promise<SealState> {
    if (!this.#keyring.has(keyId)) return "unknown_key";
    return seal === await this.sealEntry(keyId, hash) ? "good" : "wrong";
  }

  /** What the seal of the log's end is worth. */
  async checkHead(head: AuditHead): Promise<SealState> {
    if (!this.#keyring.has(head.keyId)) return "unknown_key";
    return head.seal === await this.sealHead(head.keyId, head) ? "good" : "wrong";
  }

  async #hmac(keyId: string, purpose: string, text: string): Promise<string> {
    const name = JSON.stringify([keyId, purpose]);
    let key = this.#keys.get(name);
    if (key === undefined) {
      key = this.#keyring.derive(keyId, purpose);
      this.#keys.set(name, key);
    }
    return createHmac("sha256", await key).update(text).digest("hex");
  }
}
