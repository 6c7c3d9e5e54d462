import { refusal } from "../../../core/errors.ts";
import { isLongEnough, MIN_SCANNED_CHARS } from "../../../core/secrets/secret.ts";

/** The box that stores a value which cannot be looked for. */
export const STORE_SHORT = "Store it although it is short";

/** Throws `invalid_input` at a value that is too short to be looked for, unless it may be. */
export function refuseShort(given: { value: string; allowShort: boolean }): void {
  if (isLongEnough(given)) return;
  throw refusal(
    "invalid_input",
    `It has less than ${MIN_SCANNED_CHARS} characters, so it cannot be looked for in what the ` +
      `server sends back. Check "${STORE_SHORT}" to store it all the same, and type it again.`,
    "value",
  );
}
