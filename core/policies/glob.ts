const STAR = 0x2a;
const QUESTION_MARK = 0x3f;

/**
 * Whether a text is what a glob means: `*` stands for any characters, also none, `?` for
 * one, and everything else for itself.
 *
 * Goes back to the last `*` alone, so the steps are at most the product of both lengths,
 * whatever is in them.
 */
export function matchesGlob(glob: string, text: string): boolean {
  let inGlob = 0;
  let inText = 0;
  let lastStar = -1;
  let triedFrom = 0;

  while (inText < text.length) {
    // Past the end it is no number, and equal to nothing.
    const wanted = glob.charCodeAt(inGlob);
    if (wanted === STAR) {
      lastStar = inGlob++;
      triedFrom = inText;
    } else if (wanted === QUESTION_MARK || wanted === text.charCodeAt(inText)) {
      inText += wanted === QUESTION_MARK ? widthAt(text, inText) : 1;
      inGlob++;
    } else if (lastStar !== -1) {
      inGlob = lastStar + 1;
      inText = ++triedFrom;
    } else {
      return false;
    }
  }

  while (glob.charCodeAt(inGlob) === STAR) inGlob++;
  return inGlob === glob.length;
}

/** Some characters take two places in a text. */
function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
