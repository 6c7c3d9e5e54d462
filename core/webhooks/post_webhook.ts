import type { AddressRules } from "../servers/address_rules.ts";
import type { Fetch } from "../upstream/upstream.ts";
import { networkProblem } from "../egress/network_problem.ts";
import { retryAfterMs } from "../egress/retry_after.ts";
import type { Plaintext } from "../secrets/plaintext.ts";
import { VERSION } from "../version.ts";
import type { Attempt } from "./delivery.ts";
import { type Signable, signedHeaders } from "./sign_webhook.ts";

/** What is needed to reach a receiver. */
export interface PostDeps {
  fetch: Fetch;
  addresses: AddressRules;
  now: () => Date;
}

/** One message for one receiver. */
export interface WebhookPost {
  url: string;
  id: string;
  body: string;
  secrets: readonly Plaintext[];
  /** Ends it early. */
  signal: AbortSignal;
  /** How long a receiver may take. */
  timeoutMs: number;
}

/** What came of it. */
export interface PostOutcome {
  attempt: Attempt;
  /** How long the receiver asks to be left alone; `null` when it does not. */
  retryAfterMs: number | null;
}

/** How long a receiver may take, unless it is said otherwise. */
export const POST_TIMEOUT_MS = 10_000;

/** How much of an answer is read, and how much of that is kept. */
const READ_BYTES = 2_048;
const KEPT_CHARS = 200;

/**
 * Sends a message once. Anything but a status of 2xx is a failure, also a redirect, which
 * is not followed; nothing is thrown.
 */
export async function postWebhook(deps: PostDeps, post: WebhookPost): Promise<PostOutcome> {
  const at = deps.now();
  const startMs = performance.now();
  const done = (
    attempt: Pick<Attempt, "status" | "error" | "answer">,
    headers = new Headers(),
  ) => ({
    attempt: { at: at.toISOString(), durationMs: tenths(performance.now() - startMs), ...attempt },
    retryAfterMs: retryAfterMs(headers, deps.now()),
  });

  const url = new URL(post.url);
  const verdict = await deps.addresses.inspect(url);
  if (!verdict.ok) return done({ status: null, error: verdict.sentence, answer: null });

  const timeout = AbortSignal.timeout(post.timeoutMs);
  try {
    const response = await deps.fetch(
      url,
      requestOf(post, at, AbortSignal.any([post.signal, timeout])),
    );
    if (response.ok) {
      // It took the message, whatever it says and however slowly.
      await response.body?.cancel().catch(() => {});
      return done({ status: response.status, error: null, answer: null });
    }
    const answer = await beginningOf(response, post);
    const error = statusError(response);
    return done({ status: response.status, error, answer }, response.headers);
  } catch (error) {
    const sentence = timeout.aborted
      ? `no answer within ${post.timeoutMs / 1000} s`
      : `the receiver ${networkProblem(error).what}`;
    return done({ status: null, error: sentence, answer: null });
  }
}

function requestOf(post: WebhookPost, at: Date, signal: AbortSignal): RequestInit {
  const signable: Signable = {
    id: post.id,
    timestampSeconds: Math.floor(at.getTime() / 1000),
    body: post.body,
  };
  return {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "user-agent": `aerostack-gateway/${VERSION}`,
      ...signedHeaders(signable, post.secrets),
    },
    // Deno sends a Blob once; a text it would send again by itself.
    body: new Blob([post.body]),
    redirect: "manual",
    signal,
  };
}

/**
 * The first characters of an answer, as far as it came, without our secret in it; `null` where
 * the URL has a query, which nobody is shown and an answer may repeat in any form.
 */
async function beginningOf(
  response: Response,
  { secrets, url }: WebhookPost,
): Promise<string | null> {
  if (response.body === null) return null;
  if (new URL(url).search !== "") {
    await response.body.cancel().catch(() => {});
    return null;
  }
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = "";
  let sizeBytes = 0;
  try {
    while (sizeBytes < READ_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      sizeBytes += value.length;
      text += decoder.decode(value.subarray(0, READ_BYTES), { stream: true });
    }
  } catch {
    // What came until then is all that is known.
  } finally {
    await reader.cancel().catch(() => {});
  }
  for (const secret of secrets) text = text.replaceAll(secret.reveal(), "[redacted]");
  return text === "" ? null : text.slice(0, KEPT_CHARS).replace(/[\ud800-\udbff]$/, "");
}

function statusError({ status }: Response): string {
  if (status === 410) return "answered HTTP 410: it wants no more alerts";
  if (status >= 300 && status < 400) {
    return `redirects (HTTP ${status}), which is not followed; set the address that it leads to`;
  }
  return `answered HTTP ${status}`;
}

function tenths(durationMs: number): number {
  return Math.round(durationMs * 10) / 10;
}
