import { serveLocally } from "../_support/upstream.ts";

/** A call as the server got it. */
export interface SeenCall {
  /** The number that the caller gave it. */
  number: number;
  /** The secret that came with it. */
  secret: string | null;
  /** The secret that its session was opened with. */
  openedWith: string | null;
}

/** A legacy server with sessions that writes down which secret each call came with. */
export function startRecordingUpstream() {
  const sessions = new Map<string, string | null>();
  const seen: SeenCall[] = [];

  async function serve(request: Request): Promise<Response> {
    const secret = request.headers.get("x-api-key");
    const session = request.headers.get("mcp-session-id") ?? "";
    if (request.method === "DELETE") {
      sessions.delete(session);
      return new Response(null, { status: 204 });
    }
    if (request.method !== "POST") return new Response(null, { status: 405 });

    const { id, method, params } = await request.json();
    if (method === "initialize") {
      const opened = crypto.randomUUID();
      sessions.set(opened, secret);
      return answer(id, {
        protocolVersion: "2025-11-25",
        serverInfo: { name: "recording", version: "1" },
        capabilities: { tools: {} },
      }, { "mcp-session-id": opened });
    }
    const openedWith = sessions.get(session);
    if (openedWith === undefined) return new Response(null, { status: 404 });
    if (id === undefined) return new Response(null, { status: 202 });
    if (method === "tools/list") return answer(id, { tools: [TOOL] });

    seen.push({ number: params.arguments.number, secret, openedWith });
    return answer(id, { content: [{ type: "text", text: "done" }] });
  }

  const http = serveLocally(serve);
  return {
    url: `${http.origin}/mcp`,
    seen,
    /** The secrets that the open sessions were opened with. */
    openedWith: () => [...sessions.values()],
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

const TOOL = {
  name: "note",
  description: "Takes a note of its call.",
  inputSchema: { type: "object", properties: { number: { type: "number" } } },
};

function answer(id: unknown, result: unknown, headers: HeadersInit = {}): Response {
  return Response.json({ jsonrpc: "2.0", id, result }, { headers });
}
