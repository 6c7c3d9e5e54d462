import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { text as textOf } from "node:stream/consumers";
import type { JsonObject, RpcRequest } from "../../core/mcp/message.ts";

/** What a scripted server does with one request of the modern era. */
export type Script = (request: RpcRequest, response: ServerResponse) => void;

/** A modern server that answers `server/discover`, and does else what it is told. */
export interface Scripted extends AsyncDisposable {
  url: string;
  /** The requests that it got, without the discovery. */
  requests: RpcRequest[];
  discoveries: number;
  script: Script;
}

/** Starts one; it answers everything well until its script is another. */
export async function startScripted(): Promise<Scripted> {
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;

  const scripted: Scripted = {
    url: `http://127.0.0.1:${port}/mcp`,
    requests: [],
    discoveries: 0,
    script: ok,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = JSON.parse(await textOf(incoming) || "{}");
    if (request.method === "server/discover") {
      scripted.discoveries++;
      return answer(request, response, { supportedVersions: ["2026-07-28"], capabilities: {} });
    }
    scripted.requests.push(request);
    scripted.script(request, response);
  }

  return scripted;
}

/** A good answer. */
export function ok(request: RpcRequest, response: ServerResponse): void {
  answer(request, response, { content: [{ type: "text", text: "done" }] });
}

/** What a server that is down answers, or what stands before it. */
export function down(_request: RpcRequest, response: ServerResponse): void {
  response.writeHead(503, { "content-type": "text/plain" }).end("down");
}

/** Answers a request with a result. */
export function answer(request: RpcRequest, response: ServerResponse, result: JsonObject): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ jsonrpc: "2.0", id: request.id, result }));
}
