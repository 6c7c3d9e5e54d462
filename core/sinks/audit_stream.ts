import { AuditEntry, viewAuditEntry } from "../audit/audit_entry.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import type { StreamPack, StreamSource } from "./sink_stream.ts";

/** Wide enough for any number of an entry, so that texts are in the order of numbers. */
const DIGITS = 16;

/** The audit log, whose places are the numbers of its entries. */
export function auditStream({ audit }: { audit: AuditStore }): StreamSource {
  return {
    async *ends() {
      const last = await audit.last();
      if (last !== null) yield { stream: "audit", place: placeOf(last) };
    },
    begin: (_, versionstamp) => beginAfter(audit, versionstamp),
    async *after(stream, place) {
      if (stream !== "audit") return;
      for await (const stored of audit.entriesFrom(Number(place) + 1)) yield packOf(stored);
    },
  };
}

function packOf(stored: Deno.KvEntry<unknown>): StreamPack {
  const { data: entry } = AuditEntry.safeParse(stored.value);
  const id = `audit-${Number(stored.key.at(-1))}`;
  return {
    place: placeOf(stored),
    recordedAt: entry?.at ?? new Date(0).toISOString(),
    expiresAt: null,
    // One that somebody damaged must not keep those that follow from being sent.
    records: [{ type: "audit", id, entry: entry === undefined ? null : viewAuditEntry(entry) }],
  };
}

/** Halves the log until the first entry is found that a later commit wrote. */
async function beginAfter(audit: AuditStore, versionstamp: string): Promise<string> {
  if (versionstamp === "") return padded(0);
  const last = await audit.last();
  let [first, end] = [1, last === null ? 1 : Number(last.key.at(-1)) + 1];
  while (first < end) {
    const middle = Math.floor((first + end) / 2);
    if (await isLater(audit, middle, versionstamp)) end = middle;
    else first = middle + 1;
  }
  return padded(first - 1);
}

async function isLater(audit: AuditStore, seq: number, versionstamp: string): Promise<boolean> {
  for await (const entry of audit.entriesFrom(seq)) return entry.versionstamp > versionstamp;
  return true;
}

function placeOf({ key }: { key: Deno.KvKey }): string {
  return padded(Number(key.at(-1)));
}

function padded(seq: number): string {
  return String(seq).padStart(DIGITS, "0");
}
