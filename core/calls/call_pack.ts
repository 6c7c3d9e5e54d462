import { z } from "zod";
import { redactText } from "../arguments/redact_text.ts";
import { Call } from "./call.ts";

/** Calls of one workspace that were committed together, as they are stored. */
export const CallPack = z.object({
  /**
   * When the last of them was over. A long call lies far from when it began, but
   * next to the calls that were over at the same time.
   */
  endedAt: z.iso.datetime(),
  /** Until when they are kept, as far as the workspace's retention said so then. */
  expiresAt: z.iso.datetime(),
  /** A JSON array of calls in UTF-8, so that its size is known to the byte. */
  calls: z.instanceof(Uint8Array),
});
export type CallPack = z.infer<typeof CallPack>;

/** A call that is ready to be packed. */
export interface EncodedCall {
  /** Milliseconds since 1970. */
  endedAtMs: number;
  json: Uint8Array;
}

/** How much of each text a record keeps, in characters. */
const KEPT = { tool: 200, server: 200, person: 100, email: 254 };

/** How much of a name is looked through for secrets. */
const MAX_NAME = 2_000;

/**
 * A duration that exceeds this is a mistake; it must not spoil the pack's date. A call that takes
 * longer is taken for one that began later.
 */
export const LONGEST_CALL_MS = 24 * 60 * 60 * 1000;

const Calls = z.array(Call);

/**
 * A call as the log keeps it, with its texts cut to a bound, and without the secrets that a
 * client's own words hold by their look.
 *
 * Parsing drops whatever is no field of a call and throws for what could not be
 * read back, so that one bad record can never spoil those beside it.
 */
export function encodeCall(call: Call): EncodedCall {
  const at = new Date(call.at);
  const bounded = Call.parse({
    ...call,
    at: at.toISOString(),
    tool: named(call.tool),
    server: call.server === null ? null : cut(call.server, KEPT.server),
    person: cut(call.person, KEPT.person),
    email: call.email === null ? null : cut(call.email, KEPT.email),
  });

  return {
    endedAtMs: at.getTime() + Math.min(Math.max(0, bounded.durationMs), LONGEST_CALL_MS),
    json: new TextEncoder().encode(JSON.stringify(bounded)),
  };
}

/** Puts calls that are kept for so long into one value, in their order; there is at least one. */
export function packCalls(encoded: readonly EncodedCall[], keptMs: number): CallPack {
  const sizeBytes = encoded.reduce((sum, { json }) => sum + json.length + 1, 1);
  const calls = new Uint8Array(sizeBytes);
  let end = 0;
  let endedAtMs = 0;

  for (const call of encoded) {
    calls[end] = end === 0 ? "[".charCodeAt(0) : ",".charCodeAt(0);
    calls.set(call.json, end + 1);
    end += 1 + call.json.length;
    endedAtMs = Math.max(endedAtMs, call.endedAtMs);
  }
  calls[end] = "]".charCodeAt(0);

  return {
    endedAt: new Date(endedAtMs).toISOString(),
    expiresAt: new Date(endedAtMs + keptMs).toISOString(),
    calls,
  };
}

/** The calls of a pack, in the order in which they were recorded. */
export function unpackCalls(pack: CallPack): Call[] {
  return Calls.parse(JSON.parse(new TextDecoder().decode(pack.calls)));
}

/** A call of a pack, and its place there. */
export interface PackedCall {
  index: number;
  call: Call;
}

/** Which calls are wanted, and which may be, as far as their JSON tells at a glance. */
export interface Wanted {
  mayBe: (json: string) => boolean;
  is: (call: Call) => boolean;
}

/**
 * What every call begins with, and a pack. No text in a call holds it, since quotes are escaped
 * there, and a quote that ends a text is followed by a comma.
 */
const CALL_START = '{"at":"';
const PACK_START = `[${CALL_START}`;
const NEXT_CALL = `,${CALL_START}`;

/**
 * The calls of a pack that are wanted, the last one first. What cannot be wanted is not even read,
 * which is most of the work where few are.
 */
export function* wantedCalls(pack: CallPack, { mayBe, is }: Wanted): Generator<PackedCall> {
  const json = new TextDecoder().decode(pack.calls);
  if (!mayBe(json)) return;
  if (!json.startsWith(PACK_START)) throw new TypeError("A pack of calls holds no list of calls");
  const rests = json.slice(PACK_START.length, -1).split(NEXT_CALL);
  for (let index = rests.length - 1; index >= 0; index--) {
    if (!mayBe(rests[index])) continue;
    const call = JSON.parse(CALL_START + rests[index]);
    if (is(call)) yield { index, call: Call.parse(call) };
  }
}

/** What a client named, as anybody may read it who sees the record: a URI may hold a key. */
function named(text: string): string {
  return cut(redactText(text.slice(0, MAX_NAME)), KEPT.tool);
}

/** The first characters of a text, without half of a surrogate pair at the end. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}
