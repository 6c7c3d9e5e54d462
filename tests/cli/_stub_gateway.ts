import { serveLocally } from "../_support/upstream.ts";

/** A request that the stub was sent. */
export interface SeenRequest {
  method: string;
  /** Path below `/api/v1`, with its query. */
  path: string;
  authorization: string | null;
  /** What sent it, by its own words. */
  client: string | null;
  body: unknown;
}

/** What the stub answers to `GET /servers` and the like; a query is not compared. */
export type StubAnswers = Record<string, { status?: number; body?: unknown; text?: string }>;

/** An admin API that gives prepared answers and remembers what it was asked. */
export interface StubGateway extends AsyncDisposable {
  url: string;
  seen: SeenRequest[];
}

/** Starts a stub on loopback. What it has no answer for is 404, as the API says it. */
export function startStub(answers: StubAnswers): StubGateway {
  const seen: SeenRequest[] = [];
  const server = serveLocally(async (request) => {
    const url = new URL(request.url);
    const path = url.pathname.replace("/api/v1", "");
    const text = await request.text();
    seen.push({
      method: request.method,
      path: path + url.search,
      authorization: request.headers.get("authorization"),
      client: request.headers.get("x-aerostack-client"),
      body: text === "" ? null : JSON.parse(text),
    });

    const { status = 200, body, text: plain } = answers[`${request.method} ${path}`] ??
      NOTHING_HERE;
    if (plain !== undefined) return new Response(plain, { status });
    return body === undefined ? new Response(null, { status }) : Response.json(body, { status });
  });

  return {
    url: server.origin,
    seen,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The API's body for an error. */
export function errorBody(code: string, message: string, field?: string) {
  return { error: { code, message, field } };
}

const NOTHING_HERE: StubAnswers[string] = {
  status: 404,
  body: errorBody("not_found", "There is nothing here."),
};
