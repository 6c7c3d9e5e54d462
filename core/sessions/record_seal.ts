import type { z } from "zod";
import type { Keyring } from "../secrets/keyring.ts";
import { open, seal } from "../secrets/seal.ts";

/** How many opened ids are remembered, to open each only once. */
const MAX_OPENED = 5_000;

/**
 * Seals a record into an opaque text of visible ASCII, and opens it again.
 *
 * What a client was given cannot be read, changed or made up by it, and opens
 * only for the purpose that it was sealed for.
 */
export class RecordSeal<Schema extends z.ZodType> {
  readonly #keyring: Keyring;
  readonly #purpose: string;
  readonly #schema: Schema;
  readonly #opened = new Map<string, z.infer<Schema>>();

  constructor(keyring: Keyring, purpose: string, schema: Schema) {
    this.#keyring = keyring;
    this.#purpose = purpose;
    this.#schema = schema;
  }

  /** The record as an opaque text. */
  async seal(record: z.infer<Schema>): Promise<string> {
    const { keyId, nonce, ciphertext } = await seal(
      this.#keyring,
      this.#context(),
      JSON.stringify(record),
    );
    return `${keyId}.${nonce}.${ciphertext}`;
  }

  /** The record in a text, or `null` for anything that was not sealed here. */
  async open(text: string): Promise<z.infer<Schema> | null> {
    const known = this.#opened.get(text);
    if (known !== undefined) return known;

    const [keyId, nonce, ciphertext, ...rest] = text.split(".");
    if (ciphertext === undefined || rest.length > 0) return null;
    const plain = await open(this.#keyring, this.#context(), { keyId, nonce, ciphertext });
    if (plain === null) return null;

    // What another release has sealed may have another shape.
    const { data: record } = this.#schema.safeParse(JSON.parse(plain));
    if (record === undefined) return null;
    this.#remember(text, record);
    return record;
  }

  #context() {
    return { purpose: this.#purpose, boundTo: [this.#purpose] };
  }

  #remember(text: string, record: z.infer<Schema>): void {
    const oldest = this.#opened.keys().next();
    if (this.#opened.size >= MAX_OPENED && !oldest.done) this.#opened.delete(oldest.value);
    this.#opened.set(text, record);
  }
}
