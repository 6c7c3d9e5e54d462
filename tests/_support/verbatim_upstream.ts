import { Journal } from "./journal.ts";
import { serveLocally, type Upstream } from "./upstream.ts";

/** How a verbatim server speaks. */
export interface Verbatim {
  era: "modern" | "legacy";
  /** Whether answers come as one event of a stream. */
  streams: boolean;
  /** The text of the result of each method; no SDK has a say in it. */
  results: Record<string, string>;
}

const OFFERS = '{"tools":{},"prompts":{},"resources":{}}';
const INFO = '{"name":"verbatim","version":"1.0.0"}';

const GREETINGS: Record<Verbatim["era"], Record<string, string>> = {
  legacy: {
    initialize: `{"protocolVersion":"2025-11-25","capabilities":${OFFERS},"serverInfo":${INFO}}`,
  },
  modern: {
    "server/discover":
      `{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":${OFFERS},` +
      `"ttlMs":0,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":${INFO}}}`,
  },
};

/** A server that answers with these very texts. */
export function startVerbatim({ era, streams, results }: Verbatim): Upstream {
  const journal = new Journal();
  const known = { ...GREETINGS[era], ...results };

  const http = serveLocally(async (received) => {
    const request = await journal.keep(received);
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const { id, method } = JSON.parse(await request.text());
    if (id === undefined) return new Response(null, { status: 202 });

    const result = known[method];
    if (result === undefined) return noMethod(id, era);
    return answer(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`, streams);
  });

  return {
    url: `${http.origin}/mcp`,
    journal,
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

function answer(text: string, streams: boolean): Response {
  const type = streams ? "text/event-stream" : "application/json";
  const body = streams ? `event: message\ndata: ${text}\n\n` : text;
  return new Response(body, { headers: { "content-type": type } });
}

function noMethod(id: unknown, era: Verbatim["era"]): Response {
  const error = { code: -32601, message: "Method not found" };
  const status = era === "modern" ? 404 : 200;
  return Response.json({ jsonrpc: "2.0", id, error }, { status });
}
