/** A record of a log: its place there, and when it was written. */
export interface Placed {
  versionstamp: string;
  /** ISO 8601, UTC. */
  endedAt: string;
}

/** A versionstamp has ten bytes, as hexadecimal digits. */
const DIGITS = 20;

/**
 * The first place of a log where it is not older than a time; `null` when all of it is.
 *
 * `firstFrom` gives the first record at a place or after it. Each look halves what is left
 * between the first and the last record, so that the way to a day of a long log is short.
 */
export async function findInTime(
  time: string,
  { first, last, firstFrom }: {
    first: Placed | null;
    last: Placed | null;
    firstFrom: (versionstamp: string) => Promise<Placed | null>;
  },
): Promise<string | null> {
  if (first === null || last === null || last.endedAt < time) return null;
  if (first.endedAt >= time) return first.versionstamp;

  let low = BigInt(`0x${first.versionstamp}`) + 1n;
  let high = BigInt(`0x${last.versionstamp}`);
  let found = last.versionstamp;
  while (low < high) {
    const middle = (low + high) / 2n;
    const next = await firstFrom(middle.toString(16).padStart(DIGITS, "0"));
    if (next !== null && next.endedAt < time) {
      low = BigInt(`0x${next.versionstamp}`) + 1n;
      continue;
    }
    high = middle;
    found = next?.versionstamp ?? found;
  }
  return found;
}
