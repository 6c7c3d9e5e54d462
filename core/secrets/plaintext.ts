const REDACTED = "[redacted]";

/**
 * A secret's value while it is open.
 *
 * However it is printed, logged, concatenated or turned into JSON, it reads
 * `[redacted]`; only `reveal()` gives the value.
 */
export class Plaintext {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the header or query that it is injected into. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return REDACTED;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}
