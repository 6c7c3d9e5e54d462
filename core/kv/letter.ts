import { z } from "zod";

/** How long a letter is, at most. */
export const MAX_LETTER_BYTES = 16 * 1024 * 1024;

/** A value may have 64 KiB. */
export const PART_BYTES = 60 * 1024;

/** How long a letter waits for somebody to receive it. */
export const LETTER_LIFE_MS = 60_000;

/** A letter as it lies in a mailbox: itself, or where its parts are. */
const StoredLetter = z.union([
  z.object({ body: z.instanceof(Uint8Array) }),
  z.object({ id: z.string(), parts: z.number().int().min(1) }),
]);
export type StoredLetter = z.infer<typeof StoredLetter>;

/** Letters to one address that were sent together, in their order. */
export const MailPack = z.object({
  /** After this the letters do not exist, whether or not the store still has them. */
  expiresAt: z.iso.datetime(),
  letters: z.array(StoredLetter),
});
export type MailPack = z.infer<typeof MailPack>;
