import type { GatewayError } from "../errors.ts";
import type { ByteReader } from "../mcp/byte_reader.ts";
import type { Message } from "../mcp/message.ts";
import { readSse, type SseMark } from "../mcp/sse.ts";
import type { Holding } from "./answer_room.ts";
import { httpFailure, upstreamFailure } from "./failures.ts";
import type { Listening } from "./legacy_transport.ts";
import { pause } from "../pause.ts";
import { retryDelayMs } from "./retry_delay.ts";
import { messagesOf, streamFailure } from "./answer_stream.ts";
import { MAX_ANSWER_CHARS } from "./upstream.ts";
import type { UpstreamResponse } from "./upstream_response.ts";

/** Where a stream comes from, and who reads it. */
export interface StreamSource {
  slug: string;
  get(lastEventId: string | null, signal: AbortSignal): Promise<UpstreamResponse>;
  onMessage(message: Message): void;
  /** Whether it is the session that is not found, and not the stream; then it is ended. */
  endIfGone(): Promise<boolean>;
}

interface Run {
  opened: Promise<boolean>;
  stopped: Promise<void>;
  ending: AbortController;
}

/** How long to wait after the first failure; doubles with each that follows. */
const FIRST_BACKOFF_MS = 1_000;
/** How often in a row a stream may fail before it is given up. */
const MAX_FAILURES = 5;
/** A stream that lasted this long did not fail, though nothing came. */
const LASTING_MS = 10_000;
/** Nothing that gets better by asking again. */
const NOT_OFFERED: readonly number[] = [400, 404, 405, 406, 415, 501];

/**
 * The stream by which a server speaks outside of calls (2025-11-25, Listening for Messages).
 *
 * It is opened again where it left off when it breaks, after the time that the server asks
 * for, and given up when that fails several times in a row.
 */
export class ServerStream {
  readonly #source: StreamSource;
  #run: Run | null = null;
  #isOffered = true;

  constructor(source: StreamSource) {
    this.#source = source;
  }

  /** Opens the stream unless it is open; see `LegacyTransport.listen()`. */
  async listen(): Promise<Listening | null> {
    if (!this.#isOffered) return null;
    this.#run ??= this.#begin();
    const { opened, stopped } = this.#run;
    return await opened ? { stopped } : null;
  }

  /** Closes the stream; it can be opened again. */
  close(): void {
    this.#run?.ending.abort(new Error("Nobody listens any more"));
    this.#run = null;
  }

  #begin(): Run {
    const ending = new AbortController();
    const opened = Promise.withResolvers<boolean>();
    const stopped = this.#follow(ending.signal, () => opened.resolve(true));
    stopped.then(() => opened.resolve(false), opened.reject);
    opened.promise.catch(() => {});

    const run = { opened: opened.promise, stopped, ending };
    const forget = () => {
      if (this.#run === run) this.#run = null;
    };
    stopped.then(forget, forget);
    return run;
  }

  async #follow(signal: AbortSignal, onOpen: () => void): Promise<void> {
    const mark: SseMark = { lastEventId: null, retryMs: null };
    let failures = 0;

    while (!signal.aborted) {
      const { lastEventId } = mark;
      const beganMs = performance.now();
      const failure = await this.#connect(mark, signal, onOpen);
      if (failure === null || signal.aborted) return;

      const isLively = mark.lastEventId !== lastEventId ||
        performance.now() - beganMs >= LASTING_MS;
      failures = isLively ? 0 : failures + 1;
      if (failures >= MAX_FAILURES) throw failure;
      const backoffMs = failures === 0 ? 0 : FIRST_BACKOFF_MS * 2 ** (failures - 1);
      await pause(Math.max(retryDelayMs(mark.retryMs), backoffMs), signal);
    }
  }

  /** Reads the stream until it breaks; `null` when there is nothing to connect to again. */
  async #connect(
    mark: SseMark,
    signal: AbortSignal,
    onOpen: () => void,
  ): Promise<GatewayError | null> {
    try {
      const response = await this.#source.get(mark.lastEventId, signal);
      const body = response.isEventStream ? response.reader() : null;
      if (body === null) return await this.#refused(response);
      onOpen();
      await this.#read(body, response.holding(), mark, signal);
      return upstreamFailure(this.#source.slug, "connect", "closed its event stream");
    } catch (error) {
      return streamFailure(this.#source.slug, error);
    }
  }

  async #refused(response: UpstreamResponse): Promise<GatewayError | null> {
    await response.discard();
    const { status } = response;
    if (status === 404 && await this.#source.endIfGone()) return null;
    if (response.ok || NOT_OFFERED.includes(status)) {
      this.#isOffered = false;
      return null;
    }
    return httpFailure(this.#source.slug, status);
  }

  async #read(
    body: ByteReader,
    holding: Holding,
    mark: SseMark,
    signal: AbortSignal,
  ): Promise<void> {
    // An abort alone leaves the body open once the Response was collected.
    const letGo = () => void body.cancel().catch(() => {});
    signal.addEventListener("abort", letGo);
    if (signal.aborted) letGo();

    try {
      for await (const { data } of readSse(body, MAX_ANSWER_CHARS, mark, holding)) {
        for (const message of messagesOf(data)) this.#source.onMessage(message);
      }
    } finally {
      signal.removeEventListener("abort", letGo);
      letGo();
    }
  }
}
