import type { GatewayError } from "../errors.ts";
import type { RpcResponse } from "../mcp/message.ts";
import {
  type AnswerReader,
  messagesOf,
  readAnswerStream,
  streamFailure,
  takeMessages,
  tooLarge,
} from "./answer_stream.ts";
import { httpFailure, upstreamFailure } from "./failures.ts";
import { discard } from "./http_client.ts";
import { chunksOf, readBeginning, readRest } from "./json_body.ts";
import { type AnswerPassage, LARGE_BYTES } from "./large_answer.ts";
import { MAX_ANSWER_CHARS } from "./upstream.ts";

/**
 * Reads the answer to one request, from a JSON body or from an event stream.
 *
 * Returns `null` when the body holds no JSON-RPC at all and the status says that
 * the request was refused, which is how a server of another era answers. Throws
 * `upstream_failed` for everything else that is no answer to this request.
 */
export async function readAnswer(
  response: Response,
  reader: AnswerReader,
): Promise<RpcResponse | null> {
  const type = response.headers.get("content-type")?.split(";")[0].trim().toLowerCase() ?? "";
  if (type === "text/event-stream" && response.ok) return await readAnswerStream(response, reader);
  if (type === "application/json" || type.endsWith("+json")) {
    return await readJson(response, reader);
  }

  await discard(response);
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

async function readJson(response: Response, reader: AnswerReader): Promise<RpcResponse | null> {
  const body = reader.passage !== undefined && response.ok && mayBeLarge(response)
    ? await passOrRead(response, reader, reader.passage)
    : await readText(response, reader);
  if (typeof body !== "string") return body;

  const messages = messagesOf(body);
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

function mayBeLarge({ headers }: Response): boolean {
  const length = Number(headers.get("content-length") ?? Number.NaN);
  return !(length < LARGE_BYTES) || headers.has("content-encoding");
}

/** Passes a large answer on, and gives what stands for it; reads anything else. */
async function passOrRead(
  response: Response,
  { slug, signal }: AnswerReader,
  passage: AnswerPassage,
): Promise<RpcResponse | string> {
  if (response.body === null) return "";
  const body = response.body.getReader();
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
    return await readRest(beginning.bytes, body, slug);
  } catch (error) {
    signal.throwIfAborted();
    throw isPassing ? error : streamFailure(slug, error);
  } finally {
    signal.removeEventListener("abort", cancel);
    void body.cancel().catch(() => {});
  }
}

async function readText(response: Response, { slug, signal }: AnswerReader): Promise<string> {
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  if (length > MAX_ANSWER_CHARS) {
    await discard(response);
    throw tooLarge(slug);
  }

  try {
    const isPlain = Number.isFinite(length) && !response.headers.has("content-encoding");
    return isPlain ? await response.text() : await readBounded(response, slug);
  } catch (error) {
    signal.throwIfAborted();
    throw streamFailure(slug, error);
  }
}

async function readBounded(response: Response, slug: string): Promise<string> {
  if (response.body === null) return "";
  return await readRest(new Uint8Array(), response.body.getReader(), slug);
}
