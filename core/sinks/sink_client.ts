import { z } from "zod";
import { networkProblem } from "../egress/network_problem.ts";
import { retryAfterMs } from "../egress/retry_after.ts";
import type { AddressRules } from "../servers/address_rules.ts";
import type { Fetch } from "../upstream/upstream.ts";
import { VERSION } from "../version.ts";
import type { Sink } from "./sink.ts";
import type { OpenHeaders } from "./sink_headers.ts";
import { formatOf } from "./sink_formats.ts";
import type { FailedTry } from "./sink_progress.ts";

/** What became of a body. */
export type Delivery =
  /** The sink has it; of its records it did not want so many. */
  | { kind: "accepted"; rejected: number }
  /** The sink takes no body of that size. */
  | { kind: "too_large" }
  | { kind: "failed"; failed: FailedTry };

/** What the client needs. */
export interface SinkClientOptions {
  fetch: Fetch;
  addresses: Pick<AddressRules, "inspect">;
  now: () => Date;
  timeoutMs?: number;
}

/** For so long a sink may be silent; shorter than a lease, so that nobody else sends meanwhile. */
const TIMEOUT_MS = 20_000;

/** So much of an answer is read. */
const ANSWER_BYTES = 64 * 1024;

/** What an OTLP receiver says about records that it did not want. */
const PartialSuccess = z.object({
  partialSuccess: z.object({ rejectedLogRecords: z.coerce.number().int().min(0).default(0) }),
});

/**
 * Sends bodies to sinks, with their headers, and follows no redirect.
 *
 * Nothing that a sink says is repeated: it has seen the headers.
 */
export class SinkClient {
  readonly #options: SinkClientOptions;

  constructor(options: SinkClientOptions) {
    this.#options = options;
  }

  /** Sends one body. Rejects only when `signal` is aborted. */
  async send(
    sink: Sink,
    headers: OpenHeaders,
    text: string,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const url = new URL(sink.url);
    const verdict = await this.#options.addresses.inspect(url);
    if (!verdict.ok) {
      return failed(`cannot be called: ${verdict.sentence}`, verdict.stage !== "dns");
    }

    const deadline = new AbortController();
    const { timeoutMs = TIMEOUT_MS } = this.#options;
    const timer = setTimeout(() => deadline.abort(), timeoutMs);
    try {
      return await this.#sendInTime(sink, headers, text, [signal, deadline.signal]);
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.signal.aborted) return failed(`did not answer within ${timeoutMs / 1000} s`);
      const { stage, what } = networkProblem(error);
      return failed(what, stage === "address");
    } finally {
      clearTimeout(timer);
    }
  }

  async #sendInTime(
    sink: Sink,
    headers: OpenHeaders,
    text: string,
    signals: AbortSignal[],
  ): Promise<Delivery> {
    const response = await this.#options.fetch(new URL(sink.url), {
      method: "POST",
      headers: requestHeaders(sink, headers),
      body: await bodyOf(sink, text),
      redirect: "manual",
      signal: AbortSignal.any(signals),
    });
    if (!response.ok || sink.kind !== "otlp") {
      // What it said stands, however its answer goes on.
      await response.body?.cancel().catch(() => {});
      return outcomeOf(response, this.#options.now());
    }
    return { kind: "accepted", rejected: await rejectedBy(response) };
  }
}

function requestHeaders(sink: Sink, opened: OpenHeaders): Headers {
  const headers = new Headers({
    accept: "application/json, */*;q=0.1",
    "content-type": formatOf(sink).contentType,
    "user-agent": `aerostack-gateway/${VERSION}`,
  });
  if (sink.gzip) headers.set("content-encoding", "gzip");
  for (const [name, value] of opened) headers.set(name, value.reveal());
  return headers;
}

/** A Blob, which Deno sends once, and with its length. */
async function bodyOf({ gzip }: Sink, text: string): Promise<Blob> {
  const plain = new Blob([text]);
  if (!gzip) return plain;
  return await new Response(plain.stream().pipeThrough(new CompressionStream("gzip"))).blob();
}

function outcomeOf({ status, ok, headers }: Response, now: Date): Delivery {
  if (ok) return { kind: "accepted", rejected: 0 };
  if (status === 413) return { kind: "too_large" };
  const what = `answered HTTP ${status}`;
  if (status === 408 || status === 429 || status >= 500) {
    return failed(what, false, retryAfterMs(headers, now));
  }
  if (status < 400) {
    return failed(`${what}, a redirect, which is not followed; give it the address there`, true);
  }
  if (status === 401 || status === 403) return failed(`${what}; check its headers`, true);
  return failed(`${what}; check its URL, its kind and its headers`, true);
}

/** An answer that was good stays good, whatever its body is. */
async function rejectedBy(response: Response): Promise<number> {
  try {
    const text = await textOf(response);
    const { data } = PartialSuccess.safeParse(JSON.parse(text));
    return data?.partialSuccess.rejectedLogRecords ?? 0;
  } catch {
    return 0;
  }
}

/** The beginning of a body; no more than so much of it is ever in memory. */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > ANSWER_BYTES) break;
  }
  return text;
}

function failed(
  reason: string,
  isBroken = false,
  retryAfterMs: number | null = null,
): Delivery {
  return { kind: "failed", failed: { reason, isBroken, retryAfterMs } };
}
