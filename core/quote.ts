/** The most of a value that a message repeats. */
const MAX_LENGTH = 64;

/** A value from outside, as messages repeat it: short, quoted, without control characters. */
export function quote(text: string): string {
  const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  return JSON.stringify(short).replace(/[\x7f-\x9f]/g, "?");
}
