import type { Fetch } from "../../core/upstream/upstream.ts";
import { piecesOf } from "./echoes.ts";
import type { SeededRandom } from "./seeded_random.ts";

/** How a server of the tests is spoken to; its path says so. */
export type Transport = "modern" | "streamable" | "sse";

/** What the next answer of a server echoes, and how. */
export interface Echo {
  /** What of a value comes back, encoded. */
  text: string;
  place: Place;
  /** The most bytes of a piece. */
  maxBytes: number;
  /** How many bytes of other text stand beside it in a result. */
  padding: number;
  random: SeededRandom;
}

type Message = Record<string, unknown>;
type Build = (echo: Echo, id: unknown) => Message[];

const message = (fields: Message): Message => ({ jsonrpc: "2.0", ...fields });
const result = (id: unknown, fields: Message) =>
  message({ id, result: { resultType: "complete", content: [], ...fields } });
const question = (id: string, text: string) =>
  message({
    id,
    method: "elicitation/create",
    params: { message: around(text), requestedSchema: { type: "object", properties: {} } },
  });
const content = (text: string) => [{ type: "text", text }];
const around = (text: string) => `before ${text} after`;

/** The places in JSON-RPC messages where a value can come back; the last one answers. */
const IN_MESSAGES = {
  "text of a result": ({ text, padding }, id) => [
    result(id, { content: content(`${"filler ".repeat(padding / 7)}${around(text)}`) }),
  ],
  "structured content": ({ text }, id) => [
    result(id, { structuredContent: { deep: [{ value: text }, [around(text)]] } }),
  ],
  "a key": ({ text }, id) => [result(id, { structuredContent: { [around(text)]: 1 } })],
  "JSON in a string": ({ text }, id) => [
    result(id, { content: content(JSON.stringify({ a: JSON.stringify({ b: text }) })) }),
  ],
  "_meta": ({ text }, id) => [result(id, { _meta: { "x/note": text } })],
  "the message of an error": ({ text }, id) => [
    message({ id, error: { code: -32000, message: around(text) } }),
  ],
  "the data of an error": ({ text }, id) => [
    message({ id, error: { code: -32000, message: "no", data: { why: [text] } } }),
  ],
  "progress": ({ text }, id) => [
    message({
      method: "notifications/progress",
      params: { progressToken: id, progress: 1, message: around(text) },
    }),
    result(id, {}),
  ],
  "a log message": ({ text }, id) => [
    message({ method: "notifications/message", params: { level: "error", data: { text } } }),
    result(id, {}),
  ],
  "a question": ({ text }, id) => [
    question(`q-${String(id)}`, text),
    result(id, {}),
  ],
  "another notification": ({ text }, id) => [
    message({ method: `notifications/${text}`, params: { [text]: text } }),
    result(id, {}),
  ],
  "the id of an answer": ({ text }, id) => [message({ id: text, result: {} }), result(id, {})],
} satisfies Record<string, Build>;

/** Those where HTTP or event streams carry it beside a good answer, or in place of one. */
const IN_HTTP = [
  "a comment of a stream",
  "the id of an event",
  "the name of an event",
  "lines of an event",
  "a header",
  "the content type",
  "a redirect",
  "an error page",
  "a plain text",
  "a challenge",
] as const;

/** Where a value comes back. */
export type Place = keyof typeof IN_MESSAGES | typeof IN_HTTP[number];

/** All of them. */
export const PLACES: readonly Place[] = [
  ...Object.keys(IN_MESSAGES) as (keyof typeof IN_MESSAGES)[],
  ...IN_HTTP,
];

/** An upstream in all transports that echoes what it is told, piece by piece. */
export class EchoUpstream {
  /** How many answers held an echo. */
  answers = 0;
  /** What a request is answered with; by the item that it names. */
  readonly #next = new Map<string, Echo>();
  /** What every list and greeting echoes, by the path of the server. */
  readonly greetings = new Map<string, string>();
  /** The streams on which a server can say something outside of calls, by its path. */
  readonly #outside = new Map<string, ReadableStreamDefaultController<Uint8Array>>();
  readonly #streams = new Map<string, ReadableStreamDefaultController<Uint8Array>>();
  #sessions = 0;

  /** Has the call of this item answered so. */
  plan(item: string, echo: Echo): void {
    this.#next.set(item, echo);
  }

  /** Asks a client something outside of calls, in pieces; only over Streamable HTTP. */
  ask(pathname: string, text: string, random: SeededRandom): void {
    const bytes = bytesOf(event(question(`outside-${random.next()}`, text)));
    for (const piece of piecesOf(bytes, random, 5)) this.#outside.get(pathname)?.enqueue(piece);
  }

  /** Answers as the network would. */
  readonly fetch: Fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    const transport = url.pathname.split("/")[1] as Transport;
    if (init?.method === "GET") return this.#listen(url, transport);
    if (init?.method === "DELETE") return new Response(null, { status: 200 });

    const text = init?.body instanceof Blob ? await init.body.text() : String(init?.body);
    const { id, method, params = {} } = JSON.parse(text);
    if (id === undefined || method === undefined) return new Response(null, { status: 202 });
    const echo = this.#next.get(params.name ?? "");
    if (method === "tools/call" && echo !== undefined) {
      this.#next.delete(params.name);
      this.answers++;
      return this.#answer(url, transport, echo, id);
    }
    return this.#plain(url, transport, id, method);
  };

  #plain(url: URL, transport: Transport, id: unknown, method: string): Response {
    const headers: Record<string, string> = {};
    if (method === "initialize") headers["mcp-session-id"] = `session-${++this.#sessions}`;
    const echo = this.greetings.get(url.pathname);
    const answer = message({
      id,
      result: { ...GREETINGS[method], ...(echo === undefined ? {} : greetingWith(echo, method)) },
    });
    if (transport !== "sse") return Response.json(answer, { headers });
    this.#streams.get(url.searchParams.get("stream") ?? "")?.enqueue(bytesOf(event(answer)));
    return new Response(null, { status: 202 });
  }

  #answer(url: URL, transport: Transport, echo: Echo, id: unknown): Response {
    const { text, place, maxBytes, random } = echo;
    const http = httpAnswer(echo, id);
    if (http !== null && transport !== "sse") return http;

    const build: Build | undefined = Object(IN_MESSAGES)[place];
    const messages = build?.(echo, id) ?? [result(id, {})];
    const isStream = messages.length > 1 || build === undefined || random.next() < 0.5;
    const body = isStream || transport === "sse"
      ? `${lead(place, text)}${messages.map((one) => eventIn(place, one, text)).join("")}`
      : JSON.stringify(messages[0]);
    const pieces = piecesOf(bytesOf(body), random, maxBytes);
    if (transport === "sse") {
      const stream = this.#streams.get(url.searchParams.get("stream") ?? "");
      for (const piece of pieces) stream?.enqueue(piece);
      const headers: Record<string, string> = place === "a header" ? { "x-echo": ascii(text) } : {};
      return new Response(null, { status: 202, headers });
    }
    const type = isStream ? "text/event-stream" : "application/json";
    return new Response(streamOf(pieces), { headers: { "content-type": type } });
  }

  #openOutside({ pathname }: URL): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void this.#outside.set(pathname, controller),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  #listen(url: URL, transport: Transport): Response {
    if (transport === "modern") return new Response(null, { status: 405 });
    if (transport === "streamable") return this.#openOutside(url);
    const stream = crypto.randomUUID();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#streams.set(stream, controller);
        // As servers do that keep the query: with the key in it.
        const query = new URLSearchParams(url.search);
        query.set("stream", stream);
        controller.enqueue(bytesOf(`event: endpoint\ndata: ${url.pathname}?${query}\n\n`));
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }
}

const GREETINGS: Record<string, Message> = {
  "initialize": {
    protocolVersion: "2025-11-25",
    capabilities: { tools: {}, logging: {} },
    serverInfo: { name: "echo", version: "1" },
  },
  "server/discover": {
    resultType: "complete",
    supportedVersions: ["2026-07-28"],
    capabilities: { tools: {} },
    serverInfo: { name: "echo", version: "1" },
  },
  "tools/list": { resultType: "complete", tools: [], ttlMs: 0, cacheScope: "private" },
};

/** What a server says of itself and its tools, with an echo wherever there is room. */
function greetingWith(text: string, method: string): Message {
  if (method === "tools/list") {
    const schema = { type: "object", properties: { [text]: { description: text } } };
    return { tools: [{ name: "tool", title: text, description: text, inputSchema: schema }] };
  }
  return { instructions: around(text), serverInfo: { name: text, version: text } };
}

function httpAnswer({ text, place, maxBytes, random }: Echo, id: unknown): Response | null {
  const good = result(id, {});
  const page = () => streamOf(piecesOf(bytesOf(`<p>${text}</p>`), random, maxBytes));
  switch (place) {
    case "a header":
      return Response.json(good, { headers: { "x-echo": ascii(text), "set-cookie": ascii(text) } });
    case "the content type":
      return new Response(page(), { headers: { "content-type": `text/${ascii(text)}` } });
    case "a redirect": {
      const location = `https://${encodeURIComponent(text)}.example/${encodeURIComponent(text)}`;
      return new Response(null, { status: random.pick([302, 307]), headers: { location } });
    }
    case "an error page":
      return new Response(page(), {
        status: random.pick([400, 404, 500, 502]),
        headers: { "content-type": "text/html" },
      });
    case "a plain text":
      return new Response(page(), {
        headers: { "content-type": random.pick(["text/plain", "application/json"]) },
      });
    case "a challenge":
      return new Response(page(), {
        status: random.pick([401, 403]),
        headers: { "www-authenticate": `Bearer realm="${ascii(text)}"` },
      });
    default:
      return null;
  }
}

/** What stands before the events of a stream. */
function lead(place: Place, text: string): string {
  const line = text.replaceAll(/[\r\n]/g, " ");
  if (place === "a comment of a stream") return `: ${line}\n\n`;
  return place === "the id of an event" ? `id: ${line}\ndata: \n\n` : "";
}

function eventIn(place: Place, one: Message, text: string): string {
  const line = text.replaceAll(/[\r\n]/g, " ");
  if (place === "the name of an event") return `event: ${line}\ndata: ${JSON.stringify(one)}\n\n`;
  if (place !== "lines of an event" || one.id === undefined) return event(one);
  // A value over two lines of an event that holds no JSON, and then a good one.
  const half = line.length >> 1;
  return `data: ${line.slice(0, half)}\ndata:${line.slice(half)}\n\n${event(one)}`;
}

function event(one: Message): string {
  return `data: ${JSON.stringify(one)}\n\n`;
}

/** As much of a text as a header can carry. */
function ascii(text: string): string {
  return text.replaceAll(/[^\x20-\x7e\xa1-\xff]/g, "").trim() || "x";
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A body that comes in exactly these pieces. */
function streamOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at === pieces.length) controller.close();
      else controller.enqueue(pieces[at++]);
    },
  });
}
