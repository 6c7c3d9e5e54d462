import type { AddressRules } from "../servers/address_rules.ts";
import { EchoGuard, type ExchangeSubject, type LeakWatch } from "./echo_guard.ts";
import { AnswerRoom } from "./answer_room.ts";
import { networkFailure, upstreamFailure } from "./failures.ts";
import { requestHeaders, requestUrl } from "./request_headers.ts";
import type { Fetch, Target } from "./upstream.ts";
import { UpstreamResponse } from "./upstream_response.ts";

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
  /** What is asked, at the moment when that is wanted; nothing unless it is said. */
  subject?: () => ExchangeSubject | null;
}

const MAX_REDIRECTS = 3;

/**
 * Sends requests to servers, with their secrets, and to nobody else.
 *
 * A redirect is followed within the server's own origin only, and never turned
 * into another method. What comes back is without the values that were injected.
 */
export class HttpClient {
  readonly #fetch: Fetch;
  readonly #addresses: AddressRules;
  readonly #leaks: LeakWatch;
  readonly #room = new AnswerRoom();

  constructor(fetch: Fetch, addresses: AddressRules, leaks: LeakWatch) {
    this.#fetch = fetch;
    this.#addresses = addresses;
    this.#leaks = leaks;
  }

  /**
   * Sends one request and gives the answer's head; the caller reads or cancels the
   * body. Throws `upstream_failed` with the stage: address, dns, connect, tls, http, auth.
   */
  async send(target: Target, request: HttpRequest): Promise<UpstreamResponse> {
    let url = request.url ?? target.url;

    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const response = await this.#sendOnce(target, request, url);
      const next = redirectOf(response, url);
      if (next === null) return await refuseChallenge(target, response);

      await response.discard();
      if (next.origin !== target.url.origin) throw leavesOrigin(target, response, next);
      if (request.method === "POST" && ![307, 308].includes(response.status)) {
        throw upstreamFailure(
          target.slug,
          "http",
          `redirects (HTTP ${response.status}) to ${
            pathOf(response, url)
          }; register that address instead`,
        );
      }
      url = next;
    }

    throw upstreamFailure(target.slug, "http", `redirects more than ${MAX_REDIRECTS} times`);
  }

  async #sendOnce(target: Target, request: HttpRequest, url: URL): Promise<UpstreamResponse> {
    const verdict = await this.#addresses.inspect(url);
    if (!verdict.ok) {
      throw upstreamFailure(target.slug, verdict.stage, `cannot be called: ${verdict.sentence}`);
    }

    const response = await this.#fetchOnce(target, request, url);
    const guard = EchoGuard.of({
      target,
      watch: this.#leaks,
      subject: request.subject ?? (() => null),
    });
    return await UpstreamResponse.of(response, { guard, heard: request.heard, room: this.#room });
  }

  async #fetchOnce(target: Target, request: HttpRequest, url: URL): Promise<Response> {
    try {
      return await this.#fetch(requestUrl(url, target.injections), {
        method: request.method,
        headers: requestHeaders(request.headers, target),
        body: sentOnce(request.body),
        redirect: "manual",
        signal: request.signal,
      });
    } catch (error) {
      request.signal.throwIfAborted();
      throw networkFailure(target.slug, error);
    }
  }
}

/**
 * A body that Deno sends once. One that it can copy it sends again by itself when a kept
 * connection closes without an answer, though the server may have done what it was asked.
 */
function sentOnce(body: string | undefined): Blob | undefined {
  return body === undefined ? undefined : new Blob([body]);
}

function redirectOf({ status, location }: UpstreamResponse, from: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(status)) return null;
  return location !== null && URL.canParse(location, from) ? new URL(location, from) : null;
}

/**
 * A part of where a redirect leads, as it may be shown; `null` when it cannot be. It stands in
 * the header as it is: what a URL leaves out or maps to something else could be put around a
 * secret, so that it is one only then.
 */
function shownPart(
  response: UpstreamResponse,
  from: URL,
  part: "host" | "pathname",
): string | null {
  const shown = response.header("location");
  if (shown === null || shown !== response.location || !URL.canParse(shown, from)) return null;
  const url = new URL(shown, from);
  return shown.toLowerCase().includes(url[part].toLowerCase()) ? url[part] : null;
}

function pathOf(response: UpstreamResponse, from: URL): string {
  return shownPart(response, from, "pathname") ?? "an address that may hold a secret";
}

function leavesOrigin(target: Target, response: UpstreamResponse, next: URL) {
  const host = shownPart(response, target.url, "host");
  const origin = host === null || host === ""
    ? "one whose name may hold a secret"
    : `${next.protocol}//${host}`;
  return upstreamFailure(
    target.slug,
    "http",
    `redirects to another origin, ${origin}, which is not followed; ` +
      "register that address if it is the right one",
  );
}

/** A server's challenge stops here: the caller's own token is not what it wants. */
async function refuseChallenge(
  target: Target,
  response: UpstreamResponse,
): Promise<UpstreamResponse> {
  if (response.status !== 401 && response.status !== 403) return response;
  await response.discard();
  throw upstreamFailure(
    target.slug,
    "auth",
    `refused the gateway's credentials (HTTP ${response.status}); an admin must check its secrets ` +
      "and injection rules",
  );
}
