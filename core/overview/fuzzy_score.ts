/** What a whole match, and one at the beginning of the text or of a word in it, is worth. */
const WHOLE = 100;
const AT_START = 60;
const AT_WORD = 40;
const INSIDE = 25;

/** Letters that follow one another in a text, with others between them, are a match still. */
const SCATTERED = 8;

/**
 * How well a text fits what was typed; 0 when a word of it is not there. Each word counts by its
 * best place, and its letters may have others between them: `wkspc` finds `workspace`.
 */
export function fuzzyScore(query: string, text: string): number {
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const where = text.toLowerCase();
  let sum = 0;
  for (const word of words) {
    const score = wordScore(word, where);
    if (score === 0) return 0;
    sum += score;
  }
  return words.length === 0 ? 1 : sum / words.length;
}

function wordScore(word: string, text: string): number {
  const at = text.indexOf(word);
  if (at === 0) return word.length === text.length ? WHOLE : AT_START;
  if (at > 0) return startsWord(text, word) ? AT_WORD : INSIDE;
  return word.length > 1 && areInOrder(word, text) ? SCATTERED : 0;
}

function startsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1])) return true;
  }
  return false;
}

function areInOrder(letters: string, text: string): boolean {
  let at = -1;
  for (const letter of letters) {
    at = text.indexOf(letter, at + 1);
    if (at === -1) return false;
  }
  return true;
}
