import { refusal } from "../errors.ts";

/** The place of an entry among records that hold several: its record, and its index there. */
export interface PackCursor {
  versionstamp: string;
  index: number;
}

/** A place as a list gives it out. */
export function packCursor({ versionstamp, index }: PackCursor): string {
  return `${versionstamp}-${index}`;
}

/** The place in a text as a list gives it out; `null` for any other text. */
export function placeOf(text: string): PackCursor | null {
  const match = /^([0-9a-f]{20})-([0-9]{1,6})$/.exec(text);
  return match === null ? null : { versionstamp: match[1], index: Number(match[2]) };
}

/** The place that a list gave out; `null` for its start. Throws `invalid_input`. */
export function readPackCursor(cursor: string | null): PackCursor | null {
  if (cursor === null) return null;
  const place = placeOf(cursor);
  if (place !== null) return place;

  throw refusal(
    "invalid_input",
    `The cursor "${cursor.slice(0, 40)}" is not one that this list gave; ` +
      "leave it out to begin at the start.",
    "cursor",
  );
}
