import { z } from "zod";
import { AuditEntry, AuditHead, FIRST_PREVIOUS_HASH, hashOf } from "./audit_entry.ts";
import type { AuditStore } from "./audit_store.ts";

/** What verification found. */
export const AuditVerification = z.object({
  /** Whether every entry is there, as it was written, and the end is where it should be. */
  ok: z.boolean(),
  /** How many entries were looked at. */
  count: z.number().int(),
  /** The last entry that was looked at: worth noting down outside of the gateway. */
  last: z.object({ seq: z.number().int(), hash: z.string() }).nullable(),
  /** The first thing that is wrong. */
  problem: z.object({
    /** Place of the entry; `null` when it is the end of the log. */
    seq: z.number().int().nullable(),
    message: z.string(),
  }).nullable(),
});
export type AuditVerification = z.infer<typeof AuditVerification>;

type Problem = NonNullable<AuditVerification["problem"]>;

/** An entry, by its number and its hash. */
type Place = Pick<AuditEntry, "seq" | "hash">;

/** How far a walk along the chain has come. */
type Walk = Place;

/**
 * Goes along the whole log, an entry at a time, to the first thing that is wrong.
 *
 * Entries that are written meanwhile are looked at too. `expected` is an entry that was
 * noted down outside of the gateway: only so an older copy of the whole store is found.
 */
export async function verifyAudit(
  audit: AuditStore,
  expected: Place | null = null,
): Promise<AuditVerification> {
  return await goAlong(audit, { seq: 0, hash: FIRST_PREVIOUS_HASH }, expected);
}

/**
 * The same for the last entries alone, which takes the one before them at its word: quick, and
 * blind for what was done to older ones.
 */
export async function verifyAuditEnd(
  audit: AuditStore,
  count: number,
): Promise<AuditVerification> {
  const last = await audit.last();
  const before = last === null ? 0 : Math.max(0, Number(last.key.at(-1)) - count);
  if (!Number.isSafeInteger(before) || before === 0) return await verifyAudit(audit);
  for await (const found of audit.entriesFrom(before)) {
    const { success, data } = AuditEntry.safeParse(found.value);
    const start = success && data.seq === before ? data : null;
    if (start !== null) return await goAlong(audit, { seq: before, hash: start.hash }, null);
    break;
  }
  return report({ seq: before, hash: "" }, {
    seq: before,
    message: "it is missing, or no entry of an audit log",
  }, before);
}

async function goAlong(
  audit: AuditStore,
  walk: Walk,
  expected: Place | null,
): Promise<AuditVerification> {
  const begin = walk.seq;
  while (true) {
    const from = walk.seq;
    for await (const found of audit.entriesFrom(from + 1)) {
      const problem = await step(audit, walk, found) ?? surprise(walk, expected);
      if (problem !== null) return report(walk, problem, begin);
    }

    const head = await audit.head();
    // Somebody wrote after the last entry that was read: so there is more to read.
    const goesOn = walk.seq > from && isAfter(head, walk.seq);
    if (goesOn) continue;
    const problem = await endProblem(audit, walk, head) ?? shortfall(walk, expected);
    return report(walk, problem, begin);
  }
}

/** Takes the next entry into the walk, or says what is wrong with it. */
async function step(
  audit: AuditStore,
  walk: Walk,
  { key, value }: Deno.KvEntry<unknown>,
): Promise<Problem | null> {
  const wanted = walk.seq + 1;
  const place = key[1];
  if (typeof place !== "number" || !Number.isSafeInteger(place) || key.length !== 2) {
    return { seq: wanted, message: `before it there is ${JSON.stringify(key)}, which is no entry` };
  }
  if (place !== wanted) {
    const missing = place === wanted + 1 ? `entry ${wanted} is` : `entries from ${wanted} on are`;
    return { seq: wanted, message: `${missing} missing; the next one that is there is ${place}` };
  }

  const { success, data: entry } = AuditEntry.safeParse(value);
  if (!success) return { seq: wanted, message: "it is no entry of an audit log" };
  if (entry.seq !== wanted) {
    return { seq: wanted, message: `it was written as entry ${entry.seq}` };
  }
  if (entry.hash !== hashOf(entry)) {
    return { seq: wanted, message: "its content is not what was written" };
  }
  if (entry.previousHash !== walk.hash) {
    return {
      seq: wanted,
      message: wanted === 1
        ? "it follows an entry that is not there"
        : `it does not follow entry ${walk.seq} as that is stored now`,
    };
  }

  // Where the key is gone by now, the hashes lead to the log's end, whose seal vouches for all.
  if (await audit.seals.checkEntry(entry) === "wrong") {
    return { seq: wanted, message: `it was not written by a gateway with key "${entry.keyId}"` };
  }
  if (entry.afterGap) {
    return {
      seq: wanted,
      message: "the end of the log was missing or forged when it was written, so entries " +
        "before it may have been cut off",
    };
  }

  walk.seq = wanted;
  walk.hash = entry.hash;
  return null;
}

async function endProblem(
  audit: AuditStore,
  walk: Walk,
  stored: Deno.KvEntryMaybe<unknown>,
): Promise<Problem | null> {
  if (stored.versionstamp === null) {
    return walk.seq === 0 ? null : atEnd("the record of where the log ends is missing");
  }

  const { success, data: head } = AuditHead.safeParse(stored.value);
  if (!success) return atEnd("the record of where the log ends is not readable");
  if (head.seq > walk.seq) {
    return atEnd(`the log was cut off: it ended with entry ${head.seq}, now with ${walk.seq}`);
  }
  if (head.seq < walk.seq || head.hash !== walk.hash) {
    return atEnd(`the log ends with entry ${walk.seq}, but its end was recorded at ${head.seq}`);
  }

  const seal = await audit.seals.checkHead(head);
  if (seal === "wrong") return atEnd("the record of where the log ends is forged");
  if (seal === "good") return null;
  return atEnd(
    `it is sealed with the master key "${head.keyId}", which is not loaded; add that key to ` +
      "AEROSTACK_MASTER_KEYS and verify again",
  );
}

/** What is wrong when the entry that was just passed is the expected one, and another. */
function surprise({ seq, hash }: Walk, expected: Place | null): Problem | null {
  if (expected === null || seq !== expected.seq || hash === expected.hash) return null;
  return { seq, message: `its hash is ${hash}, and not the one that was expected` };
}

function shortfall({ seq }: Walk, expected: Place | null): Problem | null {
  if (expected === null || seq >= expected.seq) return null;
  return atEnd(`the log ends with entry ${seq}, before the expected entry ${expected.seq}`);
}

function atEnd(message: string): Problem {
  return { seq: null, message };
}

function isAfter(head: Deno.KvEntryMaybe<unknown>, seq: number): boolean {
  const { success, data } = AuditHead.safeParse(head.value);
  return success && data.seq > seq;
}

function report(
  { seq, hash }: Walk,
  problem: Problem | null,
  begin: number,
): AuditVerification {
  return {
    ok: problem === null,
    count: seq - begin,
    last: hash === "" || seq === 0 ? null : { seq, hash },
    problem,
  };
}
