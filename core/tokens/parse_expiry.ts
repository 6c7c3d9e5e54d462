import { refusal } from "../errors.ts";

/** An expiry as it is stored: UTC, or `null` for never. Throws `invalid_input` for the past. */
export function parseExpiry(
  expiresAt: string | undefined,
  now: Date,
): string | null {
  if (expiresAt === undefined) return null;
  const date = new Date(expiresAt);
  if (date > now) return date.toISOString();

  throw refusal(
    "invalid_input",
    `The expiry "${expiresAt}" is in the past; give a date that is still to come.`,
    "expiresAt",
  );
}
