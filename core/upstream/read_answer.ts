import { GatewayError } from "../errors.ts";
import {
  type Message,
  parseMessage,
  type RequestId,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from "../mcp/message.ts";
import { readSse, SseTooLarge } from "../mcp/sse.ts";
import { networkFailure, upstreamFailure } from "./failures.ts";
import { discard } from "./http_client.ts";
import { MAX_ANSWER_CHARS } from "./upstream.ts";

/** What to do with the messages of an answer that are not the answer itself. */
export interface AnswerReader {
  slug: string;
  id: RequestId;
  signal: AbortSignal;
  onNotification(notification: RpcNotification): void | Promise<void>;
  onRequest(request: RpcRequest): void | Promise<void>;
}

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
  if (type === "text/event-stream" && response.ok) return await readStream(response, reader);
  if (type === "application/json" || type.endsWith("+json")) {
    return await readJson(response, reader);
  }

  await discard(response);
  if (response.status >= 400 && response.status < 500) return null;
  throw notAnAnswer(reader.slug, response.status, type);
}

function notAnAnswer(slug: string, status: number, type: string): GatewayError {
  if (status >= 500) return upstreamFailure(slug, "http", `answered HTTP ${status}`);
  const what = type === "" ? "nothing" : `"${type.slice(0, 60)}"`;
  return upstreamFailure(
    slug,
    "protocol",
    `answered with ${what} (HTTP ${status}), which is not MCP`,
  );
}

async function readJson(response: Response, reader: AnswerReader): Promise<RpcResponse | null> {
  const text = await readText(response, reader);
  const parsed = parseMessage(text);

  if (parsed?.kind === "response" && answers(parsed.message, reader.id)) return parsed.message;
  if (response.status >= 400 && response.status < 500) return null;
  if (!response.ok) throw notAnAnswer(reader.slug, response.status, "application/json");
  throw upstreamFailure(
    reader.slug,
    "protocol",
    parsed === null
      ? "answered with something that is not JSON-RPC"
      : "answered another request than the one it was asked",
  );
}

/** An error without an id answers what was asked: its server could not read the request. */
function answers(message: RpcResponse, id: RequestId): boolean {
  const isAnonymous = message.id === undefined || message.id === null;
  return message.id === id || (isAnonymous && message.error !== undefined);
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
    throw error instanceof GatewayError ? error : networkFailure(slug, error);
  }
}

async function readBounded(response: Response, slug: string): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let chars = 0;

  // A loop over the body itself would release its reader, which costs an error with a stack.
  const body = response.body?.getReader();
  for (let chunk = await body?.read(); chunk?.value !== undefined; chunk = await body?.read()) {
    const part = decoder.decode(chunk.value, { stream: true });
    parts.push(part);
    chars += part.length;
    if (chars <= MAX_ANSWER_CHARS) continue;
    await body?.cancel();
    throw tooLarge(slug);
  }

  return parts.join("") + decoder.decode();
}

/** The failure of a server that sends more than is read. */
export function tooLarge(slug: string): GatewayError {
  const limit = MAX_ANSWER_CHARS / 1024 / 1024;
  return upstreamFailure(slug, "protocol", `sent an answer of more than ${limit} Mi characters`);
}

async function readStream(response: Response, reader: AnswerReader): Promise<RpcResponse> {
  if (response.body === null) throw endedEarly(reader.slug);
  const body = response.body.getReader();
  // An abort alone leaves the body open once the Response was collected.
  const cancel = () => void body.cancel(reader.signal.reason).catch(() => {});
  reader.signal.addEventListener("abort", cancel);

  try {
    for await (const { data } of readSse(body, MAX_ANSWER_CHARS)) {
      const answer = await takeMessage(parseMessage(data), reader);
      if (answer !== null) return answer;
    }
    reader.signal.throwIfAborted();
    throw endedEarly(reader.slug);
  } catch (error) {
    reader.signal.throwIfAborted();
    if (error instanceof SseTooLarge) throw tooLarge(reader.slug);
    throw error instanceof GatewayError ? error : networkFailure(reader.slug, error);
  } finally {
    reader.signal.removeEventListener("abort", cancel);
    void body.cancel().catch(() => {});
  }
}

function endedEarly(slug: string): GatewayError {
  return upstreamFailure(slug, "protocol", "ended its answer before it was complete");
}

async function takeMessage(
  parsed: Message | null,
  reader: AnswerReader,
): Promise<RpcResponse | null> {
  if (parsed?.kind === "response") {
    return answers(parsed.message, reader.id) ? parsed.message : null;
  }
  if (parsed?.kind === "notification") await reader.onNotification(parsed.message);
  if (parsed?.kind === "request") await reader.onRequest(parsed.message);
  return null;
}
