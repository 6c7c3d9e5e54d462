/** Of one text so much is put into a page. */
export const MAX_SHOWN = 100_000;

/** The beginning of a text, and how many characters follow. */
export function cutText(text: string): { shown: string; rest: number } {
  return { shown: text.slice(0, MAX_SHOWN), rest: Math.max(0, text.length - MAX_SHOWN) };
}

/** Objects and lists of JSON with a line for each value; any other text as it is. */
export function prettyIfJson(text: string): string {
  if (text.length > MAX_SHOWN || !/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** A duration as people read it. */
export function spokenMs(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms * 10) / 10} ms` : `${Math.round(ms / 10) / 100} s`;
}
