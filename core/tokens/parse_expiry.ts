import { refusal } from "../errors.ts";

/** The last moment that has a date of four digits, as all stored dates have. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * An expiry as it is stored: UTC, or `null` for never.
 *
 * Throws `invalid_input` for the past, and for what is after the year 9999 in UTC.
 */
export function parseExpiry(
  expiresAt: string | undefined,
  now: Date,
): string | null {
  if (expiresAt === undefined) return null;
  const date = new Date(expiresAt);
  if (date.getTime() > LATEST_MS) {
    throw refusal(
      "invalid_input",
      `The expiry "${expiresAt}" is after the year 9999 in UTC; leave it out for a token that ` +
        "never expires.",
      "expiresAt",
    );
  }
  if (date > now) return date.toISOString();

  throw refusal(
    "invalid_input",
    `The expiry "${expiresAt}" is in the past; give a date that is still to come.`,
    "expiresAt",
  );
}
