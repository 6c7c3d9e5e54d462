import { bearer, type ClientTarget } from "./client.ts";
import { beginSession, openStream, sendLegacy, sendModern } from "./raw_mcp.ts";

/** How a raw client speaks. */
export const RAW_CLIENTS = ["modern", "streamable", "HTTP+SSE"] as const;
export type RawClientKind = typeof RAW_CLIENTS[number];

/** A client that gives an answer as it came over the wire. */
export interface RawClient extends AsyncDisposable {
  /** Sends one request and gives the body in which its answer comes, still open. */
  send(method: string, params?: Record<string, unknown>): Promise<AnswerBody>;
}

/** The text that an answer comes in. */
export interface AnswerBody {
  response: Response;
  reader: ReadableStreamDefaultReader<Uint8Array>;
  isStream: boolean;
  /** Whether the body belongs to other answers too. */
  isShared: boolean;
  id: number;
}

/** Opens a raw client of a gateway's endpoint. */
export async function openRawClient(
  kind: RawClientKind,
  target: ClientTarget,
): Promise<RawClient> {
  switch (kind) {
    case "modern":
      return posting((method, params, id) => sendModern(target, method, params, { id }));
    case "streamable": {
      const session = await beginSession(target);
      return posting((method, params, id) => sendLegacy(target, session, method, params, id));
    }
    case "HTTP+SSE":
      return await openSseClient(target);
  }
}

type Post = (
  method: string,
  params: Record<string, unknown>,
  id: number,
) => Promise<Response>;

function posting(post: Post): RawClient {
  let lastId = 0;
  return {
    async send(method, params = {}) {
      const id = ++lastId;
      const response = await post(method, params, id);
      if (response.body === null) throw new Error(`No body: ${response.status}`);
      const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
      const reader = response.body.getReader();
      return { response, reader, isStream: isStream === true, isShared: false, id };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function openSseClient({ url, token }: ClientTarget): Promise<RawClient> {
  const response = await openStream({ url, token }, null);
  if (response.body === null) throw new Error(`No stream: ${response.status}`);
  const reader = response.body.getReader();
  let head = "";
  while (!head.includes("\n\n")) head += new TextDecoder().decode((await reader.read()).value);
  const address = new URL(/data: (\S+)/.exec(head)?.[1] ?? "", url);
  let lastId = 0;

  const send: RawClient["send"] = async (method, params = {}) => {
    const id = ++lastId;
    const posted = await fetch(address, {
      method: "POST",
      headers: { ...bearer(token), "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
    });
    await posted.body?.cancel();
    return { response, reader, isStream: true, isShared: true, id };
  };

  const began = await send("initialize", {
    protocolVersion: "2024-11-05",
    capabilities: {},
    clientInfo: { name: "raw", version: "1" },
  });
  await readAnswer(began);
  return { send, [Symbol.asyncDispose]: () => reader.cancel().catch(() => {}) };
}

/** What a test looks at in an answer. */
export interface ReadAnswer {
  /** The JSON text of the message. */
  text: string;
  // deno-lint-ignore no-explicit-any -- a test looks where it likes
  message: any;
}

/** Reads the answer to its end. `onChunk` may hold the reading up. */
export async function readAnswer(
  body: AnswerBody,
  onChunk: (chunk: Uint8Array) => void | Promise<void> = () => {},
): Promise<ReadAnswer> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  for (let read = await body.reader.read(); !read.done; read = await body.reader.read()) {
    await onChunk(read.value);
    const part = decoder.decode(read.value, { stream: true });
    parts.push(part);
    // What ends an event may come in two pieces.
    const isEnd = body.isShared && (parts.at(-2) ?? "").slice(-1).concat(part).includes("\n\n");
    const found = isEnd ? answerIn(parts.join(""), body) : null;
    if (found !== null) return found;
  }
  const found = answerIn(parts.join(""), body);
  if (found === null) throw new Error(`No answer: ${parts.join("").slice(0, 500)}`);
  return found;
}

function answerIn(text: string, { isStream, id }: AnswerBody): ReadAnswer | null {
  const texts = isStream
    ? text.split("\n").filter((line) => line.startsWith("data: {")).map((line) => line.slice(6))
    : [text];
  for (const one of texts) {
    try {
      const message = JSON.parse(one);
      if (message.id === id && message.method === undefined) return { text: one, message };
    } catch {
      // Half a message, which was given up.
    }
  }
  return null;
}
