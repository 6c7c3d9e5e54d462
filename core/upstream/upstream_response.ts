import { BytePile } from "../mcp/byte_pile.ts";
import { StrictDecoder } from "../mcp/strict_text.ts";
import type { ByteReader } from "../mcp/byte_reader.ts";
import type { AnswerRoom, Holding } from "./answer_room.ts";
import type { EchoGuard } from "./echo_guard.ts";

/** What a response is read with. */
export interface ResponseOptions {
  /** `null` when there is nothing to look for. */
  guard: EchoGuard | null;
  /** Called with every sign of life. */
  heard?: () => void;
  /** Where what is held of the body counts. */
  room: AnswerRoom;
}

/**
 * What a server answered, without the values that it was given: there is no other way to
 * its headers and its body. Its body is read once, or discarded.
 */
export class UpstreamResponse {
  readonly #response: Response;
  readonly #options: ResponseOptions;
  readonly #hasEcho: boolean;

  private constructor(response: Response, options: ResponseOptions, hasEcho: boolean) {
    this.#response = response;
    this.#options = options;
    this.#hasEcho = hasEcho;
  }

  /** Wraps a response; resolves when what its headers held is on the record. */
  static async of(response: Response, options: ResponseOptions): Promise<UpstreamResponse> {
    options.heard?.();
    try {
      const hasEcho = await options.guard?.inspect(response.headers) ?? false;
      return new UpstreamResponse(response, options, hasEcho);
    } catch (error) {
      await response.body?.cancel().catch(() => {});
      throw error;
    }
  }

  get status(): number {
    return this.#response.status;
  }

  get ok(): boolean {
    return this.#response.ok;
  }

  /** The type of the body, in lower case and without parameters; empty when none is said. */
  get contentType(): string {
    return this.header("content-type")?.split(";")[0].trim().toLowerCase() ?? "";
  }

  /** Whether the body is an event stream. */
  get isEventStream(): boolean {
    return this.ok && this.contentType === "text/event-stream";
  }

  /** A header's text; `null` when there is none. */
  header(name: string): string | null {
    const text = this.#response.headers.get(name);
    return text === null || !this.#hasEcho ? text : this.#options.guard?.scrub(text) ?? text;
  }

  /** The id of a session, as the server wants it back: for its own headers, and nothing else. */
  get sessionId(): string | null {
    return this.#response.headers.get("mcp-session-id");
  }

  /** Where a redirect leads, as the server says it: for the request that follows it. */
  get location(): string | null {
    return this.#response.headers.get("location");
  }

  /** A place for what is held of the body until it is complete. */
  holding(): Holding {
    return this.#options.room.place();
  }

  /** The whole body as text, of a body that is short. Throws `NotUtf8`. */
  async text(): Promise<string> {
    const { guard, heard } = this.#options;
    if (heard === undefined) {
      const body = new Uint8Array(await this.#response.arrayBuffer());
      return textOf(guard === null ? [body] : await guard.scrubBody(body, this.isEventStream));
    }

    const body = this.reader();
    const pile = new BytePile();
    for (let read = await body?.read(); read?.value !== undefined; read = await body?.read()) {
      pile.push(read.value);
    }
    return textOf([pile.take()]);
  }

  /** The body piece by piece; `null` without one. */
  reader(): ByteReader | null {
    const body = this.#response.body?.getReader();
    if (body === undefined) return null;
    const { guard, heard } = this.#options;
    const heardBody = heard === undefined ? body : overheard(body, heard);
    return guard === null ? heardBody : guard.reader(heardBody, this.isEventStream);
  }

  /** Lets the body go that nobody will read, so that its connection is free again. */
  async discard(): Promise<void> {
    await this.#response.body?.cancel().catch(() => {});
  }
}

/** The same body, with a word at each piece of it. */
function overheard(body: ByteReader, heard: () => void): ByteReader {
  return {
    cancel: (reason) => body.cancel(reason),
    read: async () => {
      const read = await body.read();
      if (!read.done) heard();
      return read;
    },
  };
}

function textOf(parts: readonly Uint8Array[]): string {
  const decoder = new StrictDecoder();
  const texts = parts.map((part) => decoder.decode(part));
  return texts.join("") + decoder.end();
}
