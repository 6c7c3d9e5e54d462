const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const CTRL_U = "\u0015";
const BACKSPACES = new Set(["\b", "\u007f"]);

/**
 * Reads one line from a terminal in raw mode, where nothing is echoed.
 *
 * `read` gives the next bytes, or `null` at the end. Backspace takes a character
 * back, Ctrl-U the whole line; Ctrl-C gives `null`.
 */
export async function readHiddenLine(
  read: () => Promise<Uint8Array | null>,
): Promise<string | null> {
  const decoder = new TextDecoder();
  let line: string[] = [];

  while (true) {
    const bytes = await read();
    if (bytes === null) return line.join("");

    for (const character of decoder.decode(bytes, { stream: true })) {
      if (character === "\r" || character === "\n" || character === CTRL_D) return line.join("");
      if (character === CTRL_C) return null;
      if (character === CTRL_U) line = [];
      else if (BACKSPACES.has(character)) line.pop();
      else line.push(character);
    }
  }
}
