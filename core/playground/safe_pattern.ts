/** The longest text that is compared with a server's pattern, and the longest pattern. */
const MAX_TEXT = 500;
const MAX_PATTERN = 300;

/** The most times that a counted repetition may repeat. */
const MAX_COUNT = 100;

/** The most ways to fit a pattern to a text that are tried; a form may have a thousand texts. */
const MAX_WAYS = 10_000;

/**
 * Whether a text has a pattern that a server named; `null` where that is the server's to say.
 *
 * A pattern can keep a process busy for hours. Only those are tried that cannot: without groups,
 * alternatives and back references, and with few repetitions.
 */
export function hasPattern(pattern: string, text: string): boolean | null {
  if (text.length > MAX_TEXT || pattern.length > MAX_PATTERN || !isSimple(pattern, text.length)) {
    return null;
  }
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return null;
  }
}

/**
 * Each repetition whose length is open may end at every place of the text, the whole may begin at
 * every place unless the pattern says that it begins with the text, and what may be there or not
 * doubles the ways.
 */
function isSimple(pattern: string, length: number): boolean {
  const bare = pattern.replaceAll(/\\./gs, "x").replaceAll(/\[[^\]]*\]/g, "x");
  if (/[()|]/.test(bare) || /\\[1-9k]/.test(pattern)) return false;
  const counts = [...bare.matchAll(/\{(\d+)(,?)(\d*)\}/g)];
  if (counts.some(([, least, , most]) => Number(least) > MAX_COUNT || Number(most) > MAX_COUNT)) {
    return false;
  }
  const endless = bare.match(/[*+]/g)?.length ?? 0;
  const open = endless + counts.filter(([, , comma]) => comma === ",").length;
  const optional = bare.match(/\?/g)?.length ?? 0;
  const anywhere = bare.startsWith("^") ? 0 : 1;
  return length ** (open + anywhere) * 2 ** optional <= MAX_WAYS;
}
