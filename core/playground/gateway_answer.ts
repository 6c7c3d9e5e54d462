import { createParser } from "eventsource-parser";
import { isObject, type JsonObject } from "../mcp/message.ts";

/** Of an answer so much is read as a message and shown; the rest is counted. */
export const MAX_READ_BYTES = 4 * 1_024 * 1_024;

/** What is longer is not waited for to its end. */
const MAX_COUNTED_BYTES = 256 * 1_024 * 1_024;

/** The most messages before the answer that are kept. */
const MAX_NOTES = 50;

/** The body of an answer of the gateway, as far as it was read. */
export interface ReadBody {
  text: string;
  sizeBytes: number;
  /** Whether there was more than is in `text`. */
  isCut: boolean;
}

/** The messages of an answer. */
export interface ReadMessages {
  /** The response; `null` where none could be read. */
  response: JsonObject | null;
  /** What was said before it: progress, and lines of a log. */
  notes: JsonObject[];
}

/**
 * Reads an answer to its end, keeps its beginning, and leaves one that has no end. It is left, too,
 * when nobody waits for it any more: for the gateway that takes the call back.
 */
export async function readBody(response: Response, signal?: AbortSignal): Promise<ReadBody> {
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  const leave = () => void reader?.cancel().catch(() => {});
  if (signal?.aborted) leave();
  signal?.addEventListener("abort", leave);
  let text = "";
  let sizeBytes = 0;

  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    const roomBytes = MAX_READ_BYTES - sizeBytes;
    sizeBytes += value.byteLength;
    if (roomBytes > 0) text += decoder.decode(value.subarray(0, roomBytes), { stream: true });
    if (sizeBytes > MAX_COUNTED_BYTES) leave();
  }
  signal?.removeEventListener("abort", leave);
  return { text: text + decoder.decode(), sizeBytes, isCut: sizeBytes > MAX_READ_BYTES };
}

/** The messages in a body of JSON or of events. */
export function readMessages(contentType: string | null, { text }: ReadBody): ReadMessages {
  const isStream = contentType?.startsWith("text/event-stream") ?? false;
  const messages = (isStream ? dataOf(text) : [text]).map(parse).filter((one) => one !== null);
  return {
    response: messages.findLast((one) => "result" in one || "error" in one) ?? null,
    notes: messages.filter((one) => "method" in one).slice(0, MAX_NOTES),
  };
}

function dataOf(text: string): string[] {
  const data: string[] = [];
  const parser = createParser({ onEvent: (event) => void data.push(event.data) });
  parser.feed(text);
  return data;
}

function parse(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
