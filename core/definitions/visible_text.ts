/** What shows nothing, or changes how its neighbours are shown. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2028\u2029\u3164\uffa0\ufe00-\ufe0e\u{e0100}-\u{e01ef}]/gu;

/** Joins emoji to one; what a text is read as does not change by it. */
const JOINED = /^\p{Extended_Pictographic}|^\ufe0f/u;

/**
 * A text of a server with the characters named that nobody would see: those that turn the
 * direction of what follows, have no width, or carry a message that only a model reads.
 *
 * Line breaks and tabs stay. What was left is safe to read, not to trust.
 */
export function visibleText(text: string): string {
  return text.replace(UNSEEN, (found, at: number) => {
    if (found === "\n" || found === "\t") return found;
    if (found === "\r" && text[at + 1] === "\n") return "";
    if (found === "\u200d" && isJoiner(text, at)) return found;
    const code = found.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

function isJoiner(text: string, at: number): boolean {
  const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? "";
  return JOINED.test(before) && JOINED.test(text.slice(at + 1, at + 3));
}
