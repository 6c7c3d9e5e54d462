import { Buffer } from "node:buffer";
import { z } from "zod";
import { parseExact } from "../mcp/exact_json.ts";
import type { ArgumentSeal } from "./argument_seal.ts";

/** A value of the store has 64 KiB; a longer ciphertext is stored in parts. */
export const ARGUMENT_PART_BYTES = 60 * 1024;

/** How many parts there are at most. */
export const MAX_ARGUMENT_PARTS = 5;

/** A part of the sealed arguments of calls that were committed together. */
export const ArgumentPart = z.object({
  /** The workspace's key at the time. */
  keyId: z.string(),
  day: z.iso.date(),
  nonce: z.instanceof(Uint8Array),
  /** A piece of the ciphertext; all of them are one. */
  ciphertext: z.instanceof(Uint8Array),
});
export type ArgumentPart = z.infer<typeof ArgumentPart>;

/**
 * Seals what is kept of calls beside their records, in as many parts as it needs.
 *
 * `kept` has an item for each record, in their order; `null` where nothing is kept. `day` is
 * the one on which they were recorded.
 */
export function packArguments(
  seal: ArgumentSeal,
  day: string,
  records: Uint8Array,
  kept: readonly (Uint8Array | null)[],
): ArgumentPart[] {
  const text = Buffer.from(
    `[${kept.map((json) => json === null ? "null" : decode(json)).join(",")}]`,
  );
  const { keyId, nonce, ciphertext } = seal.seal(day, records, text);

  const parts: ArgumentPart[] = [];
  for (let from = 0; from < ciphertext.length; from += ARGUMENT_PART_BYTES) {
    const piece = ciphertext.slice(from, from + ARGUMENT_PART_BYTES);
    parts.push({ keyId, day, nonce, ciphertext: new Uint8Array(piece) });
  }
  return parts;
}

/** The arguments of each record, in their order; `null` when anything was changed. */
export function unpackArguments(
  seal: ArgumentSeal,
  records: Uint8Array,
  parts: readonly ArgumentPart[],
): unknown[] | null {
  const [first] = parts;
  if (first === undefined) return null;
  const ciphertext = Buffer.concat(parts.map((part) => part.ciphertext));
  const text = seal.open({ ...first, ciphertext }, records);
  const items = text === null ? null : parseExact(decode(text));
  return Array.isArray(items) ? items : null;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
