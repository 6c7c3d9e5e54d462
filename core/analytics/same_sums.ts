import type { Built } from "./block_builder.ts";
import type { Pieces } from "./block_store.ts";
import { TABLES } from "./block.ts";
import type { HourHead } from "./hour_head.ts";
import { type HourRow, nameText } from "./hour_rows.ts";
import { type StoredSums, storeSums } from "./sums.ts";

/** An hour as a whole. */
export interface WholeHour {
  head: HourHead;
  rows: HourRow[];
}

/** Whether two hours count the same calls, however their rows are parted. */
export function sameHour(a: WholeHour, b: WholeHour): boolean {
  if (a.rows.length !== b.rows.length || a.head.first !== b.head.first) return false;
  if (a.head.last !== b.head.last || a.head.firstAt !== b.head.firstAt) return false;
  if (a.head.rows !== b.head.rows || !sameSums(a.head.total, b.head.total)) return false;

  const rows = new Map(a.rows.map((row) => [nameText(row), row.sums]));
  return b.rows.every((row) => {
    const sums = rows.get(nameText(row));
    return sums !== undefined && sameSums(storeSums(sums), storeSums(row.sums));
  });
}

/** Whether a block that was built anew says what the stored one does. */
export function sameBlock(a: Built, b: Built): boolean {
  if (!sameSums(a.head.total, b.head.total) || a.head.last !== b.head.last) return false;
  if (a.head.firstAt !== b.head.firstAt) return false;
  return samePieces(a.pieces, b.pieces);
}

function sameSums(a: StoredSums, b: StoredSums): boolean {
  return canonical(a) === canonical(b);
}

function canonical({ outcomes, bytesIn, bytesOut, lastUsed, latency }: StoredSums): string {
  const counts = Object.entries(outcomes).filter(([, count]) => count > 0).sort();
  return JSON.stringify([counts, bytesIn, bytesOut, lastUsed, [...latency]]);
}

function samePieces(a: Pieces, b: Pieces): boolean {
  return TABLES.every((table) => {
    return a[table].length === b[table].length &&
      a[table].every((bytes, index) => sameBytes(bytes, b[table][index]));
  });
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
