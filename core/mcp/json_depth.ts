const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;

/**
 * Whether objects and arrays lie deeper in each other than a limit, in a text that may be
 * JSON; of one that is not, it says either.
 */
export function isNestedDeeper(text: string, limit: number): boolean {
  // Each level takes two characters; few texts have as many, and fewer open as many.
  if (text.length <= 2 * limit || !opensMore(text, limit)) return false;

  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (at === -1) return false;
    } else if (code === OBJECT || code === ARRAY) {
      if (++depth > limit) return true;
    } else if (code === OBJECT_END || code === ARRAY_END) depth--;
  }
  return false;
}

/** Whether more brackets open than the limit, also those inside of strings. */
function opensMore(text: string, limit: number): boolean {
  let opened = 0;
  for (const bracket of "{[") {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (++opened > limit) return true;
    }
  }
  return false;
}

/** Where the quote is that ends the string which begins here; -1 where none does. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((at - before) % 2 === 1) return at;
  }
  return -1;
}
