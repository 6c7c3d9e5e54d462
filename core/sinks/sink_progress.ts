import { z } from "zod";
import { WorkspaceId } from "../ids.ts";
import { SinkFailure } from "./sink.ts";

/** The oldest record that a sink does not have. */
export const Unsent = z.object({
  /** The workspace whose call it is, `audit` or `events`, and its place there. */
  stream: z.union([WorkspaceId, z.enum(["audit", "events"])]),
  place: z.string(),
  /** When it was over, and until when it may be shown. */
  recordedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
});
export type Unsent = z.infer<typeof Unsent>;

/** What became of what was sent to a sink. */
export const SinkState = z.object({
  /** Counts the writers of this record, each of whom has seen what the one before wrote. */
  revision: z.number().int(),
  sentRecords: z.number().int(),
  rejectedRecords: z.number().int(),
  lostRecords: z.number().int(),
  lostUncounted: z.boolean(),
  lastSentAt: z.iso.datetime().nullable(),
  failure: SinkFailure.nullable(),
  /** As it was found last; `null` when the sink had all. */
  unsent: Unsent.nullable(),
});
export type SinkState = z.infer<typeof SinkState>;

/** How the state of a new sink begins. */
export const FRESH_STATE: SinkState = {
  revision: 0,
  sentRecords: 0,
  rejectedRecords: 0,
  lostRecords: 0,
  lostUncounted: false,
  lastSentAt: null,
  failure: null,
  unsent: null,
};

/** After a first failure a sink is tried again so soon, and then later and later. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** The same where it takes somebody's hand: a wrong URL, a key that is not good any more. */
const FIRST_PAUSE_BROKEN_MS = 15_000;
const LONGEST_PAUSE_BROKEN_MS = 15 * 60_000;

/** No sink is waited for longer than this, whatever it asks for. */
const LONGEST_WISH_MS = 60 * 60_000;

/** What a try met that failed. */
export interface FailedTry {
  reason: string;
  /** Whether it will not pass by itself. */
  isBroken: boolean;
  /** When the sink wants to be asked again; `null` when it did not say. */
  retryAfterMs: number | null;
}

/** The failure of a sink after one more try; `random` is from 0 to 1. */
export function failureAfter(
  before: SinkFailure | null,
  failed: FailedTry,
  now: Date,
  random: number,
): SinkFailure {
  const tries = (before?.tries ?? 0) + 1;
  const pauseMs = Math.max(pauseOf(tries, failed.isBroken, random), wishOf(failed));
  return {
    since: before?.since ?? now.toISOString(),
    tries,
    reason: failed.reason,
    nextTryAt: new Date(now.getTime() + pauseMs).toISOString(),
  };
}

/**
 * For how long a sink is still left alone after a failure. What is longer than any pause was
 * computed by a clock that was wrong, and counts for nothing.
 */
export function pauseLeftMs(failure: SinkFailure | null, now: Date): number {
  if (failure === null) return 0;
  const leftMs = Date.parse(failure.nextTryAt) - now.getTime();
  return leftMs > LONGEST_WISH_MS ? 0 : Math.max(0, leftMs);
}

/** Half of it is by chance, so that not all who lost a sink come back at once. */
function pauseOf(tries: number, isBroken: boolean, random: number): number {
  const [first, longest] = isBroken
    ? [FIRST_PAUSE_BROKEN_MS, LONGEST_PAUSE_BROKEN_MS]
    : [FIRST_PAUSE_MS, LONGEST_PAUSE_MS];
  const fullMs = Math.min(first * 2 ** Math.min(tries - 1, 20), longest);
  return Math.round(fullMs * (0.5 + random / 2));
}

function wishOf({ retryAfterMs }: FailedTry): number {
  return Math.min(retryAfterMs ?? 0, LONGEST_WISH_MS);
}
