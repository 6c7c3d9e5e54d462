import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from "node:crypto";
import type { WorkspaceId } from "../ids.ts";

/** AES-256. */
export const KEY_BYTES = 32;

/** 96 bits, the size that AES-GCM is made for. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What is sealed with a key. */
export interface SealedArguments {
  keyId: string;
  /** `2026-11-22`: each day has a key of its own. */
  day: string;
  nonce: Uint8Array<ArrayBuffer>;
  /** With the tag at its end. */
  ciphertext: Uint8Array;
}

/**
 * Seals arguments of one workspace and opens them, with AES-256-GCM.
 *
 * Each day has a key that is derived from the workspace's (HKDF-SHA256). What is sealed is
 * bound to the workspace, the key, the day, and the bytes of the records that it belongs to:
 * beside any other records it does not open.
 */
export class ArgumentSeal {
  readonly keyId: string;
  readonly #workspaceId: WorkspaceId;
  readonly #key: Uint8Array;
  #today: { day: string; key: Uint8Array } | null = null;

  constructor({ id, workspaceId }: { id: string; workspaceId: WorkspaceId }, key: Uint8Array) {
    this.keyId = id;
    this.#workspaceId = workspaceId;
    this.#key = key;
  }

  /** Seals what belongs to these records. */
  seal(day: string, records: Uint8Array, text: Uint8Array): SealedArguments {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const cipher = createCipheriv("aes-256-gcm", this.#keyOf(day), nonce);
    cipher.setAAD(this.#boundTo(day, records));
    const ciphertext = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
    return { keyId: this.keyId, day, nonce, ciphertext };
  }

  /** What was sealed for these records; `null` when anything differs. */
  open({ day, nonce, ciphertext }: SealedArguments, records: Uint8Array): Uint8Array | null {
    if (nonce.length !== NONCE_BYTES || ciphertext.length < TAG_BYTES) return null;
    try {
      const decipher = createDecipheriv("aes-256-gcm", this.#keyOf(day), nonce);
      decipher.setAAD(this.#boundTo(day, records));
      decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(ciphertext.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch {
      return null;
    }
  }

  #keyOf(day: string): Uint8Array {
    if (this.#today?.day !== day) {
      const key = hkdfSync("sha256", this.#key, new Uint8Array(), `arguments of ${day}`, KEY_BYTES);
      this.#today = { day, key: new Uint8Array(key) };
    }
    return this.#today.key;
  }

  /** A JSON array keeps its parts apart. */
  #boundTo(day: string, records: Uint8Array): Uint8Array {
    const hash = createHash("sha256").update(records).digest("hex");
    return Buffer.from(JSON.stringify(["arguments", this.#workspaceId, this.keyId, day, hash]));
  }
}
