import { NPM_PROGRAMS } from "./npm_programs.ts";
import { freePort, startProcess } from "./child_process.ts";
import { Journal } from "./journal.ts";
import { serveLocally, type Upstream } from "./upstream.ts";

const PACKAGE = NPM_PROGRAMS.everything;

/** The reference server on Streamable HTTP, in a process of its own. */
export function startEverythingStreamable(): Promise<Upstream> {
  return startEverything("streamableHttp", "/mcp");
}

/** The reference server on HTTP+SSE, in a process of its own. */
export function startEverythingSse(): Promise<Upstream> {
  return startEverything("sse", "/sse");
}

async function startEverything(mode: string, path: string): Promise<Upstream> {
  const port = freePort();
  const process = await startProcess({
    args: ["run", "--no-config", "--no-lock", "-A", PACKAGE, mode],
    env: { PORT: String(port) },
    ready: /(listening|running) on port \d+/,
  });

  const journal = new Journal();
  const lobby = serveLocally((request) => forward(request, `http://127.0.0.1:${port}`, journal));

  return {
    url: lobby.origin + path,
    journal,
    async [Symbol.asyncDispose]() {
      await lobby[Symbol.asyncDispose]();
      await process.end("SIGKILL");
    },
  };
}

/** Passes a request on as it is, since the program itself cannot be looked into. */
async function forward(received: Request, origin: string, journal: Journal): Promise<Response> {
  const request = await journal.keep(received);
  const { pathname, search } = new URL(request.url);
  const body = request.body === null ? undefined : await request.text();
  const { method, headers } = request;

  const answer = await fetch(origin + pathname + search, { method, headers, body });

  return new Response(bodyThatCancels(answer), { status: answer.status, headers: answer.headers });
}

/** The answer's body; a client that leaves ends it at its source too. */
function bodyThatCancels(answer: Response): ReadableStream<Uint8Array> | null {
  const reader = answer.body?.getReader();
  if (reader === undefined) return null;

  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
