import type { GatewayError } from "../errors.ts";
import type { Message, RpcResponse } from "../mcp/message.ts";
import type { Holding } from "./answer_room.ts";
import {
  type AnswerReader,
  messagesOf,
  readAnswerStream,
  streamFailure,
  takeMessages,
  tooLarge,
} from "./answer_stream.ts";
import { httpFailure, upstreamFailure } from "./failures.ts";
import { chunksOf, readBeginning, readRest } from "./json_body.ts";
import { type AnswerPassage, LARGE_BYTES } from "./large_answer.ts";
import { MAX_ANSWER_CHARS } from "./upstream.ts";
import type { UpstreamResponse } from "./upstream_response.ts";

/**
 * Reads the answer to one request, from a JSON body or from an event stream.
 *
 * Returns `null` when the body holds no JSON-RPC at all and the status says that
 * the request was refused, which is how a server of another era answers. Throws
 * `upstream_failed` for everything else that is no answer to this request.
 */
export async function readAnswer(
  response: UpstreamResponse,
  reader: AnswerReader,
): Promise<RpcResponse | null> {
  const type = response.contentType;
  if (response.isEventStream) return await readAnswerStream(response, reader);
  if (type === "application/json" || type.endsWith("+json")) {
    return await readJson(response, reader);
  }

  await response.discard();
  if (isRefusal(response.status)) return null;
  throw notAnAnswer(reader.slug, response.status, type);
}

/** Whether a status says that requests are not served so here, and not just this one now. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && !ONLY_THIS_ONE.includes(status);
}

/**
 * Request Timeout, Content Too Large, URI Too Long, Too Early, Too Many Requests, Header
 * Fields Too Large: who says so may be of any era, and knows the session.
 */
const ONLY_THIS_ONE: readonly number[] = [408, 413, 414, 425, 429, 431];

function notAnAnswer(slug: string, status: number, type: string): GatewayError {
  if (status >= 500 || ONLY_THIS_ONE.includes(status)) return httpFailure(slug, status);
  const what = type === "" ? "nothing" : `"${type.slice(0, 60)}"`;
  return upstreamFailure(
    slug,
    "protocol",
    `answered with ${what} (HTTP ${status}), which is not MCP`,
  );
}

async function readJson(
  response: UpstreamResponse,
  reader: AnswerReader,
): Promise<RpcResponse | null> {
  const holding = response.holding();
  try {
    return await readJsonInto(holding, response, reader);
  } finally {
    holding(0);
  }
}

async function readJsonInto(
  holding: Holding,
  response: UpstreamResponse,
  reader: AnswerReader,
): Promise<RpcResponse | null> {
  const body = reader.passage !== undefined && response.ok && mayBeLarge(response)
    ? await passOrRead(response, holding, reader, reader.passage)
    : await readText(response, holding, reader);
  if (typeof body !== "string") return body;

  const messages = messagesIn(body, reader.slug);
  const answer = await takeMessages(messages, reader);
  if (answer !== null) return answer;

  if (isRefusal(response.status)) return null;
  if (!response.ok) throw notAnAnswer(reader.slug, response.status, "application/json");
  throw upstreamFailure(
    reader.slug,
    "protocol",
    messages.length === 0
      ? "answered with something that is not JSON-RPC"
      : "answered another request than the one it was asked",
  );
}

function messagesIn(body: string, slug: string): readonly Message[] {
  try {
    return messagesOf(body);
  } catch (error) {
    throw streamFailure(slug, error);
  }
}

function mayBeLarge(response: UpstreamResponse): boolean {
  const length = Number(response.header("content-length") ?? Number.NaN);
  return !(length < LARGE_BYTES) || response.header("content-encoding") !== null;
}

/** Passes a large answer on, and gives what stands for it; reads anything else. */
async function passOrRead(
  response: UpstreamResponse,
  holding: Holding,
  { slug, signal }: AnswerReader,
  passage: AnswerPassage,
): Promise<RpcResponse | string> {
  const body = response.reader();
  if (body === null) return "";
  // An abort alone leaves the body open once the Response was collected.
  const cancel = () => void body.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", cancel);
  let isPassing = false;

  try {
    const beginning = await readBeginning(body);
    if (!beginning.isWhole && passage.isWanted(beginning.bytes)) {
      isPassing = true;
      return await passage.pass(chunksOf(beginning.bytes, body));
    }
    return await readRest(beginning.bytes, body, holding, slug);
  } catch (error) {
    signal.throwIfAborted();
    throw isPassing ? error : streamFailure(slug, error);
  } finally {
    signal.removeEventListener("abort", cancel);
    void body.cancel().catch(() => {});
  }
}

async function readText(
  response: UpstreamResponse,
  holding: Holding,
  { slug, signal }: AnswerReader,
): Promise<string> {
  const length = Number(response.header("content-length") ?? Number.NaN);
  if (length > MAX_ANSWER_CHARS) {
    await response.discard();
    throw tooLarge(slug);
  }

  try {
    // What a longer one becomes without its secrets may be longer than what is read.
    const isShort = length <= LARGE_BYTES && response.header("content-encoding") === null;
    if (!isShort) return await readBounded(response, holding, slug);
    holding(length);
    return await response.text();
  } catch (error) {
    signal.throwIfAborted();
    throw streamFailure(slug, error);
  }
}

async function readBounded(
  response: UpstreamResponse,
  holding: Holding,
  slug: string,
): Promise<string> {
  const body = response.reader();
  if (body === null) return "";
  try {
    return await readRest(new Uint8Array(), body, holding, slug);
  } finally {
    void body.cancel().catch(() => {});
  }
}
