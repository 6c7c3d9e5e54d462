/** Text that is not UTF-8, as JSON and event streams must be. */
export class NotUtf8 extends Error {
  override name = "NotUtf8";
}

/** Decodes UTF-8 that comes in pieces. Throws {@linkcode NotUtf8} where it is none. */
export class StrictDecoder {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });

  /** The text of the next bytes, but for a character that is not complete yet. */
  decode(bytes: Uint8Array): string {
    return this.#decode(bytes, true);
  }

  /** The text of the last bytes. */
  end(bytes: Uint8Array = new Uint8Array()): string {
    return this.#decode(bytes, false);
  }

  #decode(bytes: Uint8Array, stream: boolean): string {
    try {
      return this.#decoder.decode(bytes, { stream });
    } catch {
      throw new NotUtf8("The text is not UTF-8");
    }
  }
}
