import { rawGreeting, type RawKind } from "./raw_upstreams.ts";

/** Bytes to be written as they are. */
export type Piece = string | Uint8Array<ArrayBuffer>;

/** What a call of a tool is answered with: the message alone, or all that goes over the wire. */
export interface Attack {
  /** The words that a test's name uses: "a server that …". */
  name: string;
  /** The message, which is put into a body or an event. */
  message?(id: string): Iterable<Piece>;
  /** The whole answer, from the status line on. */
  wire?(id: string, isStream: boolean): Iterable<Piece>;
}

/** A server on bare TCP that greets well, and answers calls with an attack. */
export interface Adversary extends AsyncDisposable {
  readonly url: string;
  /** How many bytes of attacks were written. */
  readonly sentBytes: number;
}

const encoder = new TextEncoder();

/** Starts one; over HTTP+SSE only messages can be attacks. */
export function startAdversary(kind: RawKind, attack: Attack): Adversary {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections = new Set<Deno.Conn>();
  const isStream = !kind.endsWith("JSON");
  let events: Deno.Conn | null = null;
  let sentBytes = 0;

  async function write(to: Deno.Conn, pieces: Iterable<Piece>): Promise<void> {
    for (const piece of pieces) {
      const bytes = typeof piece === "string" ? encoder.encode(piece) : piece;
      for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
      sentBytes += bytes.length;
    }
  }

  async function serve(client: Deno.Conn): Promise<void> {
    connections.add(client);
    try {
      for await (const { method, path, body } of requestsOf(client)) {
        if (method === "GET" && kind === "HTTP+SSE") {
          events = client;
          await write(client, [STREAM_HEAD, "event: endpoint\ndata: /post\n\n"]);
          continue;
        }
        if (kind === "HTTP+SSE" && path !== "/post") {
          await write(client, [NOT_FOUND]);
          continue;
        }
        const isOver = await answer(client, body);
        if (isOver) return;
      }
    } catch {
      // Whoever asked has left.
    } finally {
      connections.delete(client);
      try {
        client.close();
      } catch {
        // It is closed.
      }
    }
  }

  /** Answers one request; says whether the connection ends with it. */
  async function answer(client: Deno.Conn, body: string): Promise<boolean> {
    const { id, method } = body === "" ? { id: undefined, method: "" } : JSON.parse(body);
    if (id === undefined) {
      await write(client, [method === "" ? NOT_ALLOWED : ACCEPTED]);
      return false;
    }
    const json = JSON.stringify(id);
    const greeting = rawGreeting(method, kind, id);
    if (greeting === null && attack.wire !== undefined) {
      await write(client, attack.wire(json, isStream));
      return true;
    }
    const message = greeting !== null ? [greeting] : attack.message?.(json) ?? [];
    if (kind !== "HTTP+SSE") {
      await write(client, isStream ? eventStream(message) : jsonBody(message));
      return true;
    }
    await write(client, [ACCEPTED]);
    if (events !== null) await write(events, eventOf(message));
    return false;
  }

  const accepting = (async () => {
    const running: Promise<void>[] = [];
    try {
      for await (const client of listener) running.push(serve(client));
    } catch {
      // The listener is closed.
    }
    await Promise.all(running);
  })();

  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/mcp`,
    get sentBytes() {
      return sentBytes;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const client of connections) client.close();
      await accepting;
    },
  };
}

const ACCEPTED = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
const NOT_ALLOWED = "HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n";
const NOT_FOUND = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
const STREAM_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";

/** The head of an answer that ends with its connection. */
export function head(type: string, ...more: string[]): string {
  return ["HTTP/1.1 200 OK", `content-type: ${type}`, "connection: close", ...more, "", ""]
    .join("\r\n");
}

/** A whole answer in JSON. */
export function* jsonBody(message: Iterable<Piece>, ...more: string[]): Generator<Piece> {
  yield head("application/json", ...more);
  yield* message;
}

function* eventStream(message: Iterable<Piece>): Generator<Piece> {
  yield head("text/event-stream");
  yield* eventOf(message);
}

function* eventOf(message: Iterable<Piece>): Generator<Piece> {
  yield "event: message\ndata: ";
  yield* message;
  yield "\n\n";
}

interface Received {
  method: string;
  path: string;
  body: string;
}

async function* requestsOf(client: Deno.Conn): AsyncGenerator<Received> {
  const decoder = new TextDecoder("latin1");
  const buffer = new Uint8Array(64 * 1024);
  let text = "";
  for (;;) {
    const end = text.indexOf("\r\n\r\n");
    const length = Number(/content-length: *(\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
    if (end !== -1 && text.length >= end + 4 + length) {
      const [method, path] = text.split(" ", 2);
      yield { method, path, body: text.slice(end + 4, end + 4 + length) };
      text = text.slice(end + 4 + length);
      continue;
    }
    const n = await client.read(buffer);
    if (n === null) return;
    text += decoder.decode(buffer.subarray(0, n));
  }
}
