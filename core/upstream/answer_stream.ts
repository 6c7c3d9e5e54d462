import { GatewayError } from "../errors.ts";
import type { ByteReader } from "../mcp/byte_reader.ts";
import type { Message, RequestId, RpcNotification, RpcRequest } from "../mcp/message.ts";
import { parseMessages, type RpcResponse } from "../mcp/message.ts";
import { type LongEvent, readLongEvents } from "../mcp/long_events.ts";
import { readSse, type SseEvent, type SseMark, SseTooLarge } from "../mcp/sse.ts";
import type { Holding } from "./answer_room.ts";
import { breachFailure, networkFailure, upstreamFailure } from "./failures.ts";
import { type AnswerPassage, LARGE_BYTES } from "./large_answer.ts";
import { MAX_ANSWER_CHARS } from "./upstream.ts";
import type { UpstreamResponse } from "./upstream_response.ts";

/** What to do with the messages of an answer that are not the answer itself. */
export interface AnswerReader {
  slug: string;
  id: RequestId;
  signal: AbortSignal;
  onNotification(notification: RpcNotification): void | Promise<void>;
  onRequest(request: RpcRequest): void | Promise<void>;
  /**
   * Goes on with a stream that broke after an event with an id; `null` when the server
   * does not let one. Without it, such a stream is no answer.
   */
  resume?(lastEventId: string, retryMs: number | null): Promise<UpstreamResponse | null>;
  /** Where a large answer goes; without it every message is read whole. */
  passage?: AnswerPassage;
}

/** How often in a row a stream is gone on with in vain. */
const MAX_RESUMPTIONS = 5;

/**
 * Reads the answer to one request from an event stream, over as many connections as the
 * server takes to send it (2025-11-25, Sending Messages). Throws `upstream_failed` when it
 * ends without.
 */
export async function readAnswerStream(
  first: UpstreamResponse,
  reader: AnswerReader,
): Promise<RpcResponse> {
  const mark: SseMark = { lastEventId: null, retryMs: null };
  let next: UpstreamResponse | "unreachable" | null = first;

  for (let inVain = 0; next !== null; inVain++) {
    const { lastEventId } = mark;
    const answer = next === "unreachable" ? null : await readConnection(next, reader, mark);
    if (answer !== null) return answer;

    if (mark.lastEventId !== lastEventId) inVain = 0;
    if (inVain >= MAX_RESUMPTIONS) break;
    next = await goOn(mark, reader);
  }
  throw endedEarly(reader.slug);
}

/** The next connection of a stream that broke; `null` when there will be none. */
async function goOn(
  mark: SseMark,
  reader: AnswerReader,
): Promise<UpstreamResponse | "unreachable" | null> {
  if (mark.lastEventId === null || reader.resume === undefined) return null;
  try {
    return await reader.resume(mark.lastEventId, mark.retryMs);
  } catch {
    reader.signal.throwIfAborted();
    return "unreachable";
  }
}

/** Reads until the answer, or until the connection breaks where it can be gone on with. */
async function readConnection(
  response: UpstreamResponse,
  reader: AnswerReader,
  mark: SseMark,
): Promise<RpcResponse | null> {
  const { signal } = reader;
  const body = response.reader();
  if (body === null) return null;
  // An abort alone leaves the body open once the Response was collected.
  const cancel = () => void body.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", cancel);
  let isPassing = false;

  try {
    for await (const event of eventsIn(body, response.holding(), reader, mark)) {
      isPassing = "chunks" in event;
      const answer = "chunks" in event
        ? await reader.passage?.pass(event.chunks) ?? null
        : await takeMessages(messagesOf(event.data), reader);
      if (answer !== null) return answer;
    }
    signal.throwIfAborted();
    return null;
  } catch (error) {
    signal.throwIfAborted();
    if (isPassing) throw error;
    const failure = streamFailure(reader.slug, error);
    const isBroken = failure.stage !== "protocol" && !(error instanceof GatewayError);
    if (isBroken && mark.lastEventId !== null && reader.resume !== undefined) return null;
    throw failure;
  } finally {
    signal.removeEventListener("abort", cancel);
    void body.cancel().catch(() => {});
  }
}

function eventsIn(
  body: ByteReader,
  holding: Holding,
  { passage }: AnswerReader,
  mark: SseMark,
): AsyncGenerator<SseEvent | LongEvent> {
  if (passage === undefined) return readSse(body, MAX_ANSWER_CHARS, mark, holding);
  return readLongEvents(body, {
    maxBytes: MAX_ANSWER_CHARS,
    longBytes: LARGE_BYTES,
    holding,
    isWanted: (beginning) => passage.isWanted(beginning),
    mark,
  });
}

/**
 * Has the messages of an answer dealt with, in their order, and gives the one that answers
 * the request, or `null` when none does.
 */
export async function takeMessages(
  messages: readonly Message[],
  reader: AnswerReader,
): Promise<RpcResponse | null> {
  let answer: RpcResponse | null = null;
  for (const { kind, message } of messages) {
    if (kind === "response" && answers(message, reader.id)) answer = message;
    if (kind === "notification") await reader.onNotification(message);
    if (kind === "request") await reader.onRequest(message);
  }
  return answer;
}

/** An error without an id answers what was asked: its server could not read the request. */
function answers(message: RpcResponse, id: RequestId): boolean {
  const isAnonymous = message.id === undefined || message.id === null;
  return message.id === id || (isAnonymous && message.error !== undefined);
}

/** The messages of a body or an event: one, or those of a batch (2025-03-26, JSON-RPC). */
export function messagesOf(text: string): readonly Message[] {
  const parsed = parseMessages(text);
  if (parsed === null) return [];
  return Array.isArray(parsed) ? parsed : [parsed];
}

/** The failure of a stream that broke, or held what is not read. */
export function streamFailure(slug: string, error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof SseTooLarge) return tooLarge(slug);
  return breachFailure(slug, error) ?? networkFailure(slug, error);
}

/** The failure of a server that sends more than is read. */
export function tooLarge(slug: string): GatewayError {
  const limit = MAX_ANSWER_CHARS / 1024 / 1024;
  return upstreamFailure(slug, "protocol", `sent an answer of more than ${limit} Mi characters`);
}

function endedEarly(slug: string): GatewayError {
  return upstreamFailure(slug, "protocol", "ended its answer before it was complete", "lost");
}
