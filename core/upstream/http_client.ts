import type { AddressRules } from "../servers/address_rules.ts";
import { networkFailure, upstreamFailure } from "./failures.ts";
import { requestHeaders, requestUrl } from "./request_headers.ts";
import type { Fetch, Target } from "./upstream.ts";

/** One HTTP request to a server. */
export interface HttpRequest {
  method: "POST" | "GET" | "DELETE";
  /** Where to, if not the server's own URL: the `endpoint` of an HTTP+SSE stream. */
  url?: URL;
  headers: readonly (readonly [name: string, value: string])[];
  body?: string;
  signal: AbortSignal;
  /** Called with every sign of life of the server in the course of this request. */
  heard?: () => void;
}

const MAX_REDIRECTS = 3;

/**
 * Sends requests to servers, with their secrets, and to nobody else.
 *
 * A redirect is followed within the server's own origin only, and never turned
 * into another method.
 */
export class HttpClient {
  readonly #fetch: Fetch;
  readonly #addresses: AddressRules;

  constructor(fetch: Fetch, addresses: AddressRules) {
    this.#fetch = fetch;
    this.#addresses = addresses;
  }

  /**
   * Sends one request and gives the answer's head; the caller reads or cancels the
   * body. Throws `upstream_failed` with the stage: address, dns, connect, tls, http, auth.
   */
  async send(target: Target, request: HttpRequest): Promise<Response> {
    let url = request.url ?? target.url;

    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const response = await this.#sendOnce(target, request, url);
      const next = redirectOf(response, url);
      if (next === null) return await refuseChallenge(target, response);

      await discard(response);
      if (next.origin !== target.url.origin) throw leavesOrigin(target, next);
      if (request.method === "POST" && ![307, 308].includes(response.status)) {
        throw upstreamFailure(
          target.slug,
          "http",
          `redirects (HTTP ${response.status}) to ${next.pathname}; register that address instead`,
        );
      }
      url = next;
    }

    throw upstreamFailure(target.slug, "http", `redirects more than ${MAX_REDIRECTS} times`);
  }

  async #sendOnce(target: Target, request: HttpRequest, url: URL): Promise<Response> {
    const verdict = await this.#addresses.inspect(url);
    if (!verdict.ok) {
      throw upstreamFailure(target.slug, verdict.stage, `cannot be called: ${verdict.sentence}`);
    }

    try {
      const response = await this.#fetch(requestUrl(url, target.injections), {
        method: request.method,
        headers: requestHeaders(request.headers, target),
        body: sentOnce(request.body),
        redirect: "manual",
        signal: request.signal,
      });
      return request.heard === undefined ? response : overheard(response, request.heard);
    } catch (error) {
      request.signal.throwIfAborted();
      throw networkFailure(target.slug, error);
    }
  }
}

/** Lets a body go that nobody will read, so that its connection is free again. */
export async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => {});
}

/**
 * A body that Deno sends once. One that it can copy it sends again by itself when a kept
 * connection closes without an answer, though the server may have done what it was asked.
 */
function sentOnce(body: string | undefined): Blob | undefined {
  return body === undefined ? undefined : new Blob([body]);
}

/** The same response, with a word at its head and at each piece of its body. */
function overheard(response: Response, heard: () => void): Response {
  heard();
  if (response.body === null) return response;
  const pieces = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      heard();
      controller.enqueue(piece);
    },
  });
  return new Response(response.body.pipeThrough(pieces), {
    status: response.status,
    headers: response.headers,
  });
}

function redirectOf(response: Response, from: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(response.status)) return null;
  const location = response.headers.get("location");
  return location !== null && URL.canParse(location, from) ? new URL(location, from) : null;
}

function leavesOrigin(target: Target, next: URL) {
  return upstreamFailure(
    target.slug,
    "http",
    `redirects to another origin, ${next.origin}, which is not followed; ` +
      "register that address if it is the right one",
  );
}

/** A server's challenge stops here: the caller's own token is not what it wants. */
async function refuseChallenge(target: Target, response: Response): Promise<Response> {
  if (response.status !== 401 && response.status !== 403) return response;
  await discard(response);
  throw upstreamFailure(
    target.slug,
    "auth",
    `refused the gateway's credentials (HTTP ${response.status}); an admin must check its secrets ` +
      "and injection rules",
  );
}
