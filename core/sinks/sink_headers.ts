import { z } from "zod";
import { GatewayError, refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import { isHeaderName, isOwnedHeader, valueProblem } from "../secrets/injection_rule.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { Plaintext } from "../secrets/plaintext.ts";
import { open, seal, type SealContext, type Sealed } from "../secrets/seal.ts";
import type { Sink } from "./sink.ts";

/** The most characters that all values of a sink's headers have together. */
const MAX_CHARACTERS = 16_384;

/** Headers with their values, by names in lower case. */
export type OpenHeaders = ReadonlyMap<string, Plaintext>;

/** What is sealed, and where it opens. */
type Sealing = Pick<Sink, "id" | "headersVersion" | "sealed">;

const StoredHeaders = z.record(z.string(), z.string());

/** Seals all headers of a sink as one text; `null` where there are none. */
export async function sealHeaders(
  keyring: Keyring,
  place: Pick<Sink, "id" | "headersVersion">,
  headers: OpenHeaders,
): Promise<Sealed | null> {
  if (headers.size === 0) return null;
  const values = [...headers].map(([name, value]) => [name, value.reveal()]);
  return await seal(keyring, headersContext(place), JSON.stringify(Object.fromEntries(values)));
}

/** Opens the headers of a sink. Throws `internal` when they cannot be opened here. */
export async function openHeaders(keyring: Keyring, sink: Sealing): Promise<OpenHeaders> {
  const { sealed } = sink;
  if (sealed === null) return new Map();

  const text = keyring.has(sealed.keyId) ? await open(keyring, headersContext(sink), sealed) : null;
  if (text === null) {
    throw new GatewayError(
      "internal",
      `Cannot open the headers of sink "${sink.id}" with master key "${sealed.keyId}"`,
    );
  }
  const stored = StoredHeaders.parse(JSON.parse(text));
  return new Map(Object.entries(stored).map(([name, value]) => [name, new Plaintext(value)]));
}

/** One derived key for each sink; a ciphertext opens at its sink and in its version alone. */
export function headersContext(
  { id, headersVersion }: Pick<Sink, "id" | "headersVersion">,
): SealContext {
  return {
    purpose: `aerostack headers of ${id}`,
    boundTo: ["sink_headers", id, headersVersion],
  };
}

/**
 * The headers as they are after a change of some; `null` takes one away.
 *
 * Throws `invalid_input` for what no request could carry, or what the sender fills in itself.
 */
export function changeHeaders(
  current: OpenHeaders,
  changes: Record<string, string | null>,
): OpenHeaders {
  const next = new Map(current);
  const seen = new Set<string>();

  for (const [name, value] of Object.entries(changes)) {
    const lower = name.toLowerCase();
    if (seen.has(lower)) throw wrongHeader(`The header ${quote(name)} is there twice.`);
    seen.add(lower);
    if (value === null) {
      next.delete(lower);
      continue;
    }
    checkHeader(name, value);
    next.set(lower, new Plaintext(value));
  }

  const characters = [...next.values()].reduce((sum, value) => sum + value.reveal().length, 0);
  if (next.size <= 10 && characters <= MAX_CHARACTERS) return new Map([...next].sort(byName));
  throw wrongHeader(
    `A sink has at most 10 headers, whose values have at most ${MAX_CHARACTERS} characters together.`,
  );
}

function checkHeader(name: string, value: string): void {
  if (!isHeaderName(name)) {
    throw wrongHeader(`${quote(name.split(/[\s:=]/, 1)[0])} is not a legal header name.`);
  }
  if (isOwnedHeader(name) || name.toLowerCase() === "user-agent") {
    throw wrongHeader(`The header "${name}" is filled in by the gateway; leave it out.`);
  }
  const problem = valueProblem({ kind: "header", name }, value);
  if (problem !== null) throw wrongHeader(problem);
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

function wrongHeader(sentence: string): Error {
  return refusal("invalid_input", sentence, "headers");
}
