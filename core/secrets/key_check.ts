import { z } from "zod";

/** A known text under a master key, by which that key is recognised, and what became of the key. */
export const KeyCheck = z.object({
  keyId: z.string(),
  nonce: z.string(),
  ciphertext: z.string(),
  /** Counts up whenever a process starts with another key first: the highest was chosen last. */
  chosen: z.number().int().min(1),
  /** Since when nothing may be sealed under it any more; `null` while that is allowed. */
  retiringSince: z.iso.datetime().nullable(),
  /** Since when nothing that is stored needs it; `null` while something may. */
  retiredAt: z.iso.datetime().nullable(),
});
export type KeyCheck = z.infer<typeof KeyCheck>;

/** Whether something that is stored may be sealed under this key, so that a start needs it. */
export function isNeeded({ retiredAt }: KeyCheck): boolean {
  return retiredAt === null;
}

/** Whether a process may seal under this key. */
export function maySeal({ retiringSince }: KeyCheck): boolean {
  return retiringSince === null;
}

/** Whether what is sealed under this key has to be sealed again under another. */
export function isBeingRetired({ retiringSince, retiredAt }: KeyCheck): boolean {
  return retiringSince !== null && retiredAt === null;
}

/** The key that a process was last started with as its first; `null` when none was. */
export function lastChosen(checks: readonly KeyCheck[]): KeyCheck | null {
  return checks.toSorted((a, b) => b.chosen - a.chosen)[0] ?? null;
}
