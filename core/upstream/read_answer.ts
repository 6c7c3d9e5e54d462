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
  if (response.status >= 400 && response.status < 500) return null;
  throw notAnAnswer(reader.slug, response.status, type);
}

function notAnAnswer(slug: string, status: number, type: string): GatewayError {
  if (status >= 500) return httpFailure(slug, status);
  const what = type === "" ? "nothing" : `"${type.slice(0, 60)}"`;
  return upstreamFailure(
    slug,
    "protocol",
    `answered with ${what} (HTTP ${status}), which is not MCP`,
  );
}

async function readJson(response: Response, reader: AnswerReader): Promise<RpcResponse | null> {
  const messages = messagesOf(await readText(response, reader));
  const answer = await takeMessages(messages, reader);
  if (answer !== null) return answer;

  if (response.status >= 400 && response.status < 500) return null;
  if (!response.ok) throw notAnAnswer(reader.slug, response.status, "application/json");
  throw upstreamFailure(
    reader.slug,
    "protocol",
    messages.length === 0
      ? "answered with something that is not JSON-RPC"
      : "answered another request than the one it was asked",
  );
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
