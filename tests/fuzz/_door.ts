import assert from "node:assert/strict";
import fc from "fast-check";
import { ERROR_KINDS } from "../../core/errors.ts";

/** What a run begins with: set `FUZZ_SEED` to what a failed run has printed to repeat it. */
const seed = Number(Deno.env.get("FUZZ_SEED") ?? Date.now() % 2 ** 31);

/** Tries a property with what the seed gives; a failure names the seed and the smallest case. */
export function fuzz<Given extends [unknown, ...unknown[]]>(
  numRuns: number,
  ...[arbitraries, hold]: [
    arbitraries: { [At in keyof Given]: fc.Arbitrary<Given[At]> },
    hold: (...given: Given) => Promise<void> | void,
  ]
): Promise<void> {
  const property = fc.asyncProperty<Given>(
    ...arbitraries,
    async (...given: Given) => await hold(...given),
  );
  return fc.assert(property, { seed, numRuns });
}

/** An answer as it was read. */
export interface Read {
  status: number;
  type: string;
  text: string;
}

/** Nothing that a fuzzed door answers takes longer, on a machine with much else to do. */
const PATIENCE_MS = 30_000;

/** Reads an answer to its end. Fails when that does not come. */
export async function read(pending: Promise<Response>): Promise<Read> {
  const response = await soon(pending);
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, text: await soon(response.text()) };
}

/** The answer of a GET, whose stream is left at once. */
export async function leave(pending: Promise<Response>): Promise<Read> {
  const response = await soon(pending);
  const type = response.headers.get("content-type") ?? "";
  const isStream = type.startsWith("text/event-stream");
  const text = isStream ? "" : await soon(response.text());
  await response.body?.cancel().catch(() => {});
  return { status: response.status, type, text };
}

/** That an answer is whole, of a kind that it says, and no accident of the gateway's. */
export function assertWellFormed({ status, type, text }: Read): void {
  assert.ok(status < 500, `${status} ${text}`);
  assert.ok(!text.includes(ERROR_KINDS.internal.message), text);
  if (type.startsWith("application/json")) return assertMessage(JSON.parse(text));
  if (type.startsWith("text/event-stream")) {
    for (const [, data] of text.matchAll(/^data: (.+)$/gm)) {
      if (data.startsWith("{")) assertMessage(JSON.parse(data));
    }
    return;
  }
  assert.equal(text, "", `an answer without a kind: ${type}`);
}

/** JSON-RPC, a batch of it, or the error of the admin API or of what comes before a request. */
function assertMessage(message: unknown): void {
  if (Array.isArray(message)) {
    assert.ok(message.length > 0);
    return message.forEach(assertMessage);
  }
  assert.ok(typeof message === "object" && message !== null);
  if ("jsonrpc" in message) {
    assert.equal(message.jsonrpc, "2.0");
    if (!("error" in message)) return;
  }
  if (!("error" in message)) return;
  const { error } = message;
  assert.ok(typeof error === "object" && error !== null && "code" in error && "message" in error);
  assert.equal(typeof error.message, "string");
}

async function soon<T>(pending: Promise<T>): Promise<T> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => silence.reject(new Error("it hangs")), PATIENCE_MS);
  try {
    return await Promise.race([pending, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Any text that a header can carry. */
export const headerText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 200,
});

/** Any text at all, with lone surrogates and control characters. */
export const wildText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
    .map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom("__proto__", "constructor", "toString", "", " ", "%00", "..", "../..", "\ud800"),
);

/** A text with a few of its characters changed, cut off, or said twice. */
export function mutated(text: string): fc.Arbitrary<string> {
  const at = fc.integer({ min: 0, max: Math.max(text.length - 1, 0) });
  const character = fc.constantFrom(..."aZ09-_.~=+/");
  return fc.oneof(
    fc.tuple(at, character).map(([where, by]) => text.slice(0, where) + by + text.slice(where + 1)),
    at.map((where) => text.slice(0, where)),
    at.map((where) => text.slice(where)),
    fc.tuple(at, headerText).map(([where, by]) => text.slice(0, where) + by + text.slice(where)),
    fc.constantFrom(text + text, text.toUpperCase(), `${text}.`, `.${text}`, `${text}==`),
  ).filter((other) => other.trim() !== text);
}

/** JSON values that are easy to get wrong, as text. */
export const wildJson: fc.Arbitrary<string> = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.constantFrom(
    "1e999",
    "-1e999",
    "123456789012345678901234567890",
    "0.1000000000000000055511151231257827",
    "-0",
    '"\\ud800"',
    '"\\udfff\\ud800"',
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"a":1,"a":2}',
    "[]",
    "null",
    '""',
    "\u00a0",
    "NaN",
    "{",
  ),
  fc.integer({ min: 1, max: 50_000 }).map((depth) => "[".repeat(depth) + "]".repeat(depth)),
  fc.integer({ min: 1, max: 20_000 })
    .map((depth) => '{"a":'.repeat(depth) + "1" + "}".repeat(depth)),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => "[".repeat(depth)),
  wildText.map((text) => JSON.stringify(text)),
);
