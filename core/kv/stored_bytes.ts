/**
 * About how many bytes a record takes where it is stored, on the safe side.
 *
 * Texts are stored with one byte for each character, or with two where any is beyond Latin-1.
 */
export function storedBytes(record: unknown): number {
  const text = JSON.stringify(record);
  // deno-lint-ignore no-control-regex
  return /[^\x00-\xff]/.test(text) ? 2 * text.length : text.length;
}
