import { pause } from "./eventually.ts";
import { Journal } from "./journal.ts";
import { modernHandler } from "./modern_upstreams.ts";
import { serveLocally, type Upstream } from "./upstream.ts";

/** A way to misbehave: what is answered to one request. */
export interface Misbehaviour {
  /** The words that a test's name uses: "a server that …". */
  name: string;
  /** `id` is that of the JSON-RPC request, `null` when there is none. */
  answer(request: Request, id: unknown): Response | Promise<Response>;
}

/** The values that must stop at the gateway, in the answer that asks for a login. */
export const CHALLENGE = {
  authenticate: 'Bearer realm="upstream", resource_metadata="https://login.invalid/prm"',
  cookie: "upstream_session=s3cr3t; Path=/",
};

const encoder = new TextEncoder();

/** Everything that a server may do wrong, except leading a request elsewhere. */
export const MISBEHAVIOURS: readonly Misbehaviour[] = [
  { name: "never answers", answer: () => new Promise(() => {}) },
  {
    name: "answers with a web page",
    answer: () => new Response("<html>Hello</html>", { headers: { "content-type": "text/html" } }),
  },
  {
    name: "answers with broken JSON",
    answer: (_request, id) => json(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"tools`),
  },
  {
    name: "answers with JSON that is no JSON-RPC",
    answer: () => json('{"hello":"world"}'),
  },
  {
    name: "answers with a result of the wrong shape",
    answer: (_request, id) => json(JSON.stringify({ jsonrpc: "2.0", id, result: 42 })),
  },
  {
    name: "answers with status 500",
    answer: () => new Response("it broke", { status: 500 }),
  },
  {
    name: "asks for a login",
    answer: () =>
      new Response("Unauthorized", {
        status: 401,
        headers: {
          "www-authenticate": CHALLENGE.authenticate,
          "set-cookie": CHALLENGE.cookie,
        },
      }),
  },
  {
    name: "closes in the middle of its answer",
    answer: (_request, id) => stream("application/json", brokenOff(id)),
  },
  {
    name: "closes its event stream without an answer",
    answer: () => stream("text/event-stream", ": nothing\n\n"),
  },
  {
    name: "sends an endless answer",
    answer: () => stream("application/json", endless('{"jsonrpc":"2.0","padding":"', "x")),
  },
  {
    name: "sends an endless event",
    answer: () => stream("text/event-stream", endless("data: ", "x")),
  },
  {
    name: "sends comments for ever and no answer",
    answer: () => stream("text/event-stream", endless("", ": still here\n\n", 20)),
  },
  {
    name: "answers with another request's id",
    answer: () =>
      json(JSON.stringify({ jsonrpc: "2.0", id: "somebody-else", result: { tools: [] } })),
  },
];

/** A server that misbehaves from the first request on. */
export function startHostile(misbehaviour: Misbehaviour): Upstream {
  const journal = new Journal();
  const http = serveLocally(async (received) => {
    const request = await journal.keep(received);
    return await misbehaviour.answer(request, idOf(await request.text()));
  });
  return {
    url: `${http.origin}/mcp`,
    journal,
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

/** A server of both eras that behaves until a tool is called. */
export function startTurncoat(misbehaviour: Misbehaviour): Upstream {
  const journal = new Journal();
  const handler = modernHandler(journal, "stateless");
  const http = serveLocally(async (received) => {
    const request = await journal.keep(received);
    const text = await request.clone().text();
    if (!text.includes('"tools/call"')) return await handler.fetch(request);
    return await misbehaviour.answer(request, idOf(text));
  });
  return {
    url: `${http.origin}/mcp`,
    journal,
    async [Symbol.asyncDispose]() {
      await handler.close();
      await http[Symbol.asyncDispose]();
    },
  };
}

/** A server that leads every request to another origin, and that origin. */
export interface RedirectingUpstream extends Upstream {
  /** What arrived at the place it leads to; nothing should. */
  readonly elsewhere: Journal;
}

/** A server that answers 307, which keeps the method, the body and the headers. */
export function startRedirecting(status: 301 | 302 | 307 | 308 = 307): RedirectingUpstream {
  const elsewhere = new Journal();
  const handler = modernHandler(elsewhere, "stateless");
  const target = serveLocally(async (request) =>
    await handler.fetch(await elsewhere.keep(request))
  );
  const lead: Misbehaviour = {
    name: "leads elsewhere",
    answer: () => new Response(null, { status, headers: { location: `${target.origin}/mcp` } }),
  };
  const source = startHostile(lead);

  return {
    url: source.url,
    journal: source.journal,
    elsewhere,
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]();
      await handler.close();
      await target[Symbol.asyncDispose]();
    },
  };
}

function idOf(body: string): unknown {
  try {
    return JSON.parse(body)?.id ?? null;
  } catch {
    return null;
  }
}

function json(body: string): Response {
  return new Response(body, { headers: { "content-type": "application/json" } });
}

function stream(contentType: string, body: BodyInit): Response {
  return new Response(body, { headers: { "content-type": contentType } });
}

/** The first half of an answer, and then an end without an end. */
function brokenOff(id: unknown): ReadableStream<Uint8Array> {
  const half = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[`;
  let sent = false;
  return new ReadableStream({
    async pull(controller) {
      if (sent) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return controller.error(new Error("The server hangs up"));
      }
      sent = true;
      controller.enqueue(encoder.encode(half));
    },
  });
}

/** A beginning, and then the same again for as long as somebody reads. */
function endless(beginning: string, more: string, pauseMs = 0): ReadableStream<Uint8Array> {
  const chunk = encoder.encode(pauseMs === 0 ? more.repeat(65_536) : more);
  const left = new AbortController();
  let begun = false;
  return new ReadableStream({
    async pull(controller) {
      if (pauseMs > 0) await pause(pauseMs, left.signal);
      if (left.signal.aborted) return;
      controller.enqueue(begun ? chunk : encoder.encode(beginning + more));
      begun = true;
    },
    cancel: () => left.abort(),
  });
}
