import assert from "node:assert/strict";

/** How long a stream may be silent: longer than its keep-alives are apart. */
const STREAM_MS = 60_000;

/** Any JSON object of a test. */
export type Json = Record<string, unknown>;

/** The part of a JSON-RPC answer that tests look at. */
export interface Answer {
  id?: unknown;
  // deno-lint-ignore no-explicit-any
  result?: any;
  error?: { code: number; message: string; data?: unknown };
}

const ADDRESS = "http://gateway.test/ws/team/sse";

/** What a request may have besides its message. */
export interface Extras {
  id?: unknown;
  headers?: Record<string, string>;
  meta?: Json;
  session?: string;
  address?: string;
}

/** A POST of 2026-07-28 with everything that it must say. */
export function modern(token: string, method: string, params: Json = {}, extras: Extras = {}) {
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
    ...extras.meta,
  };
  const named = typeof params.name === "string" ? { "mcp-name": params.name } : {};
  return post(token, message(method, { ...params, _meta: meta }, extras.id), {
    ...extras,
    headers: {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...named as Record<string, string>,
      ...extras.headers,
    },
  });
}

/** A POST of 2025-11-25, in a session if one is given. */
export function legacy(token: string, method: string, params: Json = {}, extras: Extras = {}) {
  const meta = extras.meta === undefined ? {} : { _meta: extras.meta };
  const session: Record<string, string> = extras.session === undefined
    ? {}
    : { "mcp-session-id": extras.session, "mcp-protocol-version": "2025-11-25" };
  return post(token, message(method, { ...params, ...meta }, extras.id), {
    ...extras,
    headers: { ...session, ...extras.headers },
  });
}

/** A legacy notification. */
export function notification(token: string, method: string, params: Json, extras: Extras = {}) {
  const session: Record<string, string> = extras.session === undefined
    ? {}
    : { "mcp-session-id": extras.session };
  return post(token, { jsonrpc: "2.0", method, params }, { ...extras, headers: session });
}

/** A POST of anything. */
export function post(token: string, body: unknown, extras: Extras = {}): Request {
  return new Request(extras.address ?? ADDRESS, {
    method: "POST",
    headers: {
      "authorization": `Bearer ${token}`,
      "content-type": "application/json",
      "accept": "application/json, text/event-stream",
      ...extras.headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** A GET or DELETE, in a session if one is given. */
export function bare(method: "GET" | "DELETE", token: string, session?: string): Request {
  return new Request(ADDRESS, {
    method,
    headers: {
      "authorization": `Bearer ${token}`,
      "accept": "text/event-stream",
      ...(session === undefined ? {} : { "mcp-session-id": session }),
    },
  });
}

function message(method: string, params: Json, id: unknown = 1): Json {
  return { jsonrpc: "2.0", id, method, params };
}

/** The JSON-RPC answer in a reply, whether it is plain or at the end of a stream. */
export async function answerIn(response: Response): Promise<Answer> {
  const messages = await messagesIn(response);
  const last = messages.at(-1);
  assert.ok(last !== undefined, "the reply holds no message");
  return last as Answer;
}

/** Every message of a reply, in their order. */
export async function messagesIn(response: Response): Promise<Json[]> {
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("text/event-stream")) return text === "" ? [] : [JSON.parse(text)];
  return text.split("\n").filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice("data: ".length)));
}

/** Reads an event stream piece by piece, with an end that a test decides. */
export class StreamReader implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";

  constructor(response: Response) {
    assert.ok(response.body !== null, "the reply has no body");
    this.#reader = response.body.getReader();
  }

  /** Reads on until the text has matched; gives the match. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#text);
      if (match !== null) {
        this.#text = this.#text.slice(match.index + match[0].length);
        return match;
      }
      const { done, value } = await this.#next(pattern);
      assert.ok(!done, `the stream ended before ${pattern} was seen: ${this.#text}`);
      this.#text += new TextDecoder().decode(value);
    }
  }

  async #next(pattern: RegExp): Promise<ReadableStreamReadResult<Uint8Array>> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`Not seen within ${STREAM_MS} ms: ${pattern} in ${this.#text}`)),
      STREAM_MS,
    );
    try {
      return await Promise.race([this.#reader.read(), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The next message of this JSON-RPC id. */
  async answer(id: unknown): Promise<Answer> {
    for (;;) {
      const [, data] = await this.until(/event: message\ndata: (.*)\n\n/);
      const message = JSON.parse(data);
      if (message.id === id && message.method === undefined) return message;
    }
  }

  /** Resolves when the gateway has ended the stream. */
  async ended(): Promise<void> {
    while (!(await this.#reader.read()).done);
  }

  /** What comes until the gateway ends the stream. */
  async rest(): Promise<string> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return this.#text;
      this.#text += new TextDecoder().decode(value);
    }
  }

  /** Leaves, as a client that closes its connection. */
  async leave(): Promise<void> {
    await this.#reader.cancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}

/** Begins a legacy session and gives its id. */
export async function beginSession(
  send: (request: Request) => Promise<Response>,
  token: string,
  capabilities: Json = {},
  protocolVersion = "2025-11-25",
): Promise<string> {
  const params = {
    protocolVersion,
    capabilities,
    clientInfo: { name: "t", version: "1" },
  };
  const response = await send(legacy(token, "initialize", params));
  await response.body?.cancel();
  const id = response.headers.get("mcp-session-id");
  assert.ok(id !== null, "initialize gave no session id");
  return id;
}
