import { z } from "zod";
import { type Call, Outcome } from "../calls/call.ts";
import { LatencySketch } from "./latency_sketch.ts";
import { noOutcomes, type Tally } from "./tally.ts";

/** What is added up of calls, without what they have in common. */
export interface Sums {
  /** How many ended in each way, in the order of {@linkcode Outcome}. */
  outcomes: number[];
  bytesIn: number;
  bytesOut: number;
  /** When the last of them arrived, in milliseconds since 1970. */
  lastUsedMs: number;
  latency: LatencySketch;
}

/** Sums as they lie in a record of their own. */
export const StoredSums = z.object({
  outcomes: z.partialRecord(Outcome, z.number().int().min(0)),
  bytesIn: z.number().min(0),
  bytesOut: z.number().min(0),
  lastUsed: z.iso.datetime(),
  /** Pairs of a bucket and its count; there are hundreds, and reports read hundreds of these. */
  latency: z.instanceof(Uint32Array),
});
export type StoredSums = z.infer<typeof StoredSums>;

const OUTCOMES = Outcome.options;

/** The sums of nothing. */
export function noSums(): Sums {
  return {
    outcomes: OUTCOMES.map(() => 0),
    bytesIn: 0,
    bytesOut: 0,
    lastUsedMs: -Infinity,
    latency: new LatencySketch(),
  };
}

/** Adds one call. */
export function addCall(sums: Sums, call: Call, atMs: number): void {
  sums.outcomes[OUTCOMES.indexOf(call.outcome)]++;
  sums.bytesIn += call.bytesIn;
  sums.bytesOut += call.bytesOut;
  sums.latency.add(call.durationMs);
  if (atMs > sums.lastUsedMs) sums.lastUsedMs = atMs;
}

/** Adds what others have. */
export function addSums(sums: Sums, more: Sums): void {
  for (let index = 0; index < OUTCOMES.length; index++) {
    sums.outcomes[index] += more.outcomes[index];
  }
  sums.bytesIn += more.bytesIn;
  sums.bytesOut += more.bytesOut;
  sums.latency.merge(more.latency);
  if (more.lastUsedMs > sums.lastUsedMs) sums.lastUsedMs = more.lastUsedMs;
}

/** How many calls were added up. */
export function callsOf({ outcomes }: Sums): number {
  return outcomes.reduce((sum, count) => sum + count, 0);
}

/** Sums as a tally has them. */
export function talliedSums(
  { outcomes, bytesIn, bytesOut, lastUsedMs, latency }: Sums,
): Pick<Tally, "outcomes" | "bytesIn" | "bytesOut" | "latency" | "lastUsed"> {
  const lastUsed = new Date(lastUsedMs).toISOString();
  return { outcomes: byOutcome(outcomes), bytesIn, bytesOut, latency, lastUsed };
}

/** Sums as they are stored by themselves. */
export function storeSums(sums: Sums): StoredSums {
  const { outcomes, bytesIn, bytesOut, lastUsedMs, latency } = sums;
  return {
    outcomes: byOutcome(outcomes),
    bytesIn,
    bytesOut,
    lastUsed: new Date(lastUsedMs).toISOString(),
    latency: Uint32Array.from(latency.buckets().flat()),
  };
}

/** Sums that were stored by themselves. */
export function readSums({ outcomes, lastUsed, latency, ...bytes }: StoredSums): Sums {
  return {
    ...bytes,
    outcomes: OUTCOMES.map((outcome) => outcomes[outcome] ?? 0),
    lastUsedMs: Date.parse(lastUsed),
    latency: LatencySketch.of(pairsOf(latency)),
  };
}

/**
 * Sums as the end of a row of numbers, of which a record has thousands: counts by outcome,
 * bytes, the last use in milliseconds after `baseMs`, and the buckets, each as its distance
 * from the one before and its count.
 */
export function sumsAsNumbers(sums: Sums, baseMs: number): number[] {
  const row = [...sums.outcomes, sums.bytesIn, sums.bytesOut, sums.lastUsedMs - baseMs];
  let before = 0;
  for (const [bucket, times] of sums.latency.buckets()) {
    row.push(bucket - before, times);
    before = bucket;
  }
  return row;
}

/**
 * Reads such a row, from its place `start` on; `outcomes` says which ones its first numbers
 * count. Throws for what is none.
 */
export function sumsOfNumbers(
  row: readonly unknown[],
  start: number,
  outcomes: readonly Outcome[],
  baseMs: number,
): Sums {
  if (!areNumbers(row, start)) throw new TypeError("No row of sums");
  const bytes = start + outcomes.length;
  if (row.length < bytes + 3 || (row.length - bytes - 3) % 2 !== 0) {
    throw new TypeError("No row of sums: it has another length");
  }

  const counts = OUTCOMES.map(() => 0);
  for (let at = start; at < bytes; at++) counts[OUTCOMES.indexOf(outcomes[at - start])] = row[at];
  return {
    outcomes: counts,
    bytesIn: row[bytes],
    bytesOut: row[bytes + 1],
    lastUsedMs: baseMs + row[bytes + 2],
    latency: LatencySketch.ofDistances(row, bytes + 3),
  };
}

/** Whether a row has nothing but numbers from a place on. */
function areNumbers(row: readonly unknown[], start: number): row is number[] {
  for (let at = start; at < row.length; at++) {
    const number = row[at];
    if (typeof number !== "number" || !(number >= 0)) return false;
  }
  return true;
}

function byOutcome(counts: readonly number[]): Record<Outcome, number> {
  const named = noOutcomes();
  for (let index = 0; index < OUTCOMES.length; index++) named[OUTCOMES[index]] = counts[index];
  return named;
}

function* pairsOf(numbers: Uint32Array): Generator<[number, number]> {
  for (let at = 0; at + 1 < numbers.length; at += 2) yield [numbers[at], numbers[at + 1]];
}
