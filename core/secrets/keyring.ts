import type { MasterKey } from "../config.ts";
import { GatewayError } from "../errors.ts";

const DERIVED_BITS = 256;

/**
 * The master keys of this process: the first seals, all open.
 *
 * A master key encrypts nothing itself; what it is used for is derived from it,
 * one key per purpose.
 */
export class Keyring {
  readonly primaryId: string;
  readonly #keys: ReadonlyMap<string, Uint8Array>;
  readonly #imported = new Map<string, Promise<CryptoKey>>();

  constructor(keys: readonly MasterKey[]) {
    if (keys.length === 0) {
      throw new GatewayError("internal", "A keyring needs a key");
    }
    this.primaryId = keys[0].id;
    this.#keys = new Map(keys.map(({ id, bytes }) => [id, bytes]));
  }

  /** Whether what this key sealed can be opened here. */
  has(id: string): boolean {
    return this.#keys.has(id);
  }

  /** The ids of all keys, the sealing one first. */
  ids(): string[] {
    return [...this.#keys.keys()];
  }

  /** 32 bytes for one purpose, by HKDF-SHA256. Throws `internal` for an unknown key. */
  async derive(
    keyId: string,
    purpose: string,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const bits = await crypto.subtle.deriveBits(
      {
        name: "HKDF",
        hash: "SHA-256",
        salt: new Uint8Array(),
        info: new TextEncoder().encode(purpose),
      },
      await this.#import(keyId),
      DERIVED_BITS,
    );
    return new Uint8Array(bits);
  }

  #import(keyId: string): Promise<CryptoKey> {
    const known = this.#imported.get(keyId);
    if (known !== undefined) return known;

    const bytes = this.#keys.get(keyId);
    if (bytes === undefined) {
      throw new GatewayError(
        "internal",
        `Cannot derive: master key "${keyId}" is not loaded`,
      );
    }

    const key = crypto.subtle.importKey(
      "raw",
      new Uint8Array(bytes),
      "HKDF",
      false,
      [
        "deriveBits",
      ],
    );
    this.#imported.set(keyId, key);
    return key;
  }
}
