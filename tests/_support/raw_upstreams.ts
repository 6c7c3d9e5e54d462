import { serveLocally } from "./upstream.ts";

/** How a raw server is spoken to, and in what it answers. */
export const RAW_KINDS = [
  "modern, JSON",
  "modern, stream",
  "streamable, JSON",
  "streamable, stream",
  "HTTP+SSE",
] as const;
export type RawKind = typeof RAW_KINDS[number];

/** The JSON text of a result, whole or in pieces. */
export type RawResult = string | Iterable<string>;

/** A server that sends its results as they are written here: no SDK touches them. */
export interface RawUpstream extends AsyncDisposable {
  readonly url: string;
  /** How many answers were sent to their end. */
  readonly sent: number;
  /** How many answers were given up by who asked. */
  readonly givenUp: number;
  /** Cuts every connection over which an answer is being sent. */
  breakOff(): void;
}

/** Gives the result of a request; `body` is its whole text. */
export type RawAnswers = (method: string, body: string) => RawResult;

interface Asked {
  id?: unknown;
  method?: string;
}

const ENCODER = new TextEncoder();
const JSON_TYPE = { "content-type": "application/json" };
const STREAM_TYPE = { "content-type": "text/event-stream" };

/** Whether servers of this kind speak the modern era. */
export function isModernKind(kind: RawKind): boolean {
  return kind.startsWith("modern");
}

/** Starts a raw server on loopback. */
export function startRawUpstream(kind: RawKind, answers: RawAnswers): RawUpstream {
  const seen = { sent: 0, givenUp: 0 };
  const cuts = new Set<() => void>();
  const sessions = new Map<string, ReadableStreamDefaultController<Uint8Array>>();

  function bodyOf(pieces: Iterable<string>): ReadableStream<Uint8Array> {
    const iterator = pieces[Symbol.iterator]();
    let cut = () => {};
    return new ReadableStream<Uint8Array>({
      start(controller) {
        cut = () => controller.error(new Error("The test cuts this answer"));
        cuts.add(cut);
      },
      pull(controller) {
        const { done, value } = iterator.next();
        if (!done) return controller.enqueue(ENCODER.encode(value));
        cuts.delete(cut);
        seen.sent++;
        controller.close();
      },
      cancel() {
        cuts.delete(cut);
        seen.givenUp++;
      },
    }, { highWaterMark: 0 });
  }

  function answer({ id, method = "" }: Asked, body: string): Iterable<string> {
    const greeted = rawGreeting(method, kind, id);
    return greeted === null ? messageOf(id, answers(method, body)) : [greeted];
  }

  function openSse(): Response {
    const id = crypto.randomUUID();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        sessions.set(id, controller);
        controller.enqueue(ENCODER.encode(`event: endpoint\ndata: /mcp?session=${id}\n\n`));
      },
      cancel: () => void sessions.delete(id),
    });
    return new Response(body, { headers: STREAM_TYPE });
  }

  const http = serveLocally(async (request) => {
    if (request.method === "GET" && kind === "HTTP+SSE") return openSse();
    if (request.method === "DELETE") return new Response(null, { status: 204 });
    if (request.method !== "POST") return new Response(null, { status: 405 });

    const body = await request.text().catch(() => "null");
    const asked: Asked | null = JSON.parse(body);
    // Whoever asked is gone already.
    if (asked === null) return new Response(null, { status: 400 });
    const session = sessions.get(new URL(request.url).searchParams.get("session") ?? "");
    if (kind === "HTTP+SSE" && session === undefined) return new Response(null, { status: 404 });
    if (asked.id === undefined) return new Response(null, { status: 202 });

    const message = answer(asked, body);
    if (session !== undefined) {
      for (const part of eventOf(message)) session.enqueue(ENCODER.encode(part));
      seen.sent++;
      return new Response(null, { status: 202 });
    }
    const headers: Record<string, string> = asked.method === "initialize"
      ? { "mcp-session-id": crypto.randomUUID() }
      : {};
    return kind.endsWith("JSON")
      ? new Response(bodyOf(message), { headers: { ...JSON_TYPE, ...headers } })
      : new Response(bodyOf(eventOf(message)), { headers: { ...STREAM_TYPE, ...headers } });
  });

  return {
    url: `${http.origin}/mcp`,
    get sent() {
      return seen.sent;
    },
    get givenUp() {
      return seen.givenUp;
    },
    breakOff() {
      for (const cut of [...cuts]) cut();
      cuts.clear();
    },
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

/** The message with which a server of this kind greets; `null` for any other request. */
export function rawGreeting(method: string, kind: RawKind, id: unknown): string | null {
  if (method === (isModernKind(kind) ? "initialize" : "server/discover")) {
    return JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "No" } });
  }
  const result = greeting(method, kind);
  return result === null ? null : [...messageOf(id, result)].join("");
}

/** The id comes last, as servers on the older SDK write it. */
function* messageOf(id: unknown, result: RawResult): Generator<string> {
  yield '{"result":';
  if (typeof result === "string") yield result;
  else yield* result;
  yield `,"jsonrpc":"2.0","id":${JSON.stringify(id)}}`;
}

function* eventOf(message: Iterable<string>): Generator<string> {
  yield "event: message\ndata: ";
  yield* message;
  yield "\n\n";
}

const capabilities = { tools: {}, prompts: {}, resources: {} };
const serverInfo = { name: "raw", version: "1" };

function greeting(method: string, kind: RawKind): string | null {
  if (method === "initialize") {
    const protocolVersion = kind === "HTTP+SSE" ? "2024-11-05" : "2025-11-25";
    return JSON.stringify({ protocolVersion, capabilities, serverInfo });
  }
  if (method !== "server/discover") return null;
  return JSON.stringify({
    resultType: "complete",
    supportedVersions: ["2026-07-28"],
    capabilities,
    serverInfo,
    ttlMs: 60_000,
    cacheScope: "public",
  });
}
