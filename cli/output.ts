import stringWidth from "string-width";

/** A cell of a table; a number stands to the right, and what says so. */
export type Cell = string | number | { right: string };

/**
 * The text without what could steer a terminal.
 *
 * Names, descriptions and errors may come from a server that nobody here wrote:
 * control characters and marks that turn the writing direction become a space.
 */
export function clean(text: string): string {
  return text.replace(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, " ");
}

/** The text's lines, each cleaned. */
export function cleanLines(text: string): string {
  return text.split("\n").map(clean).join("\n");
}

/** A CSV text, with its tabs and line breaks, without the rest of what could steer a terminal. */
export function cleanCsv(text: string): string {
  return text.replace(/[^\P{Cc}\t\r\n]|[\u202a-\u202e\u2066-\u2069]/gu, " ");
}

/** Rows under their titles, in columns that are as wide as they must be. */
export function formatTable(
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  const texts = rows.map((row) => row.map((cell) => clean(textOf(cell))));
  const widths = titles.map((title, column) =>
    Math.max(stringWidth(title), ...texts.map((row) => stringWidth(row[column] ?? "")))
  );
  const isNumber = titles.map((_, column) => rows.some((row) => !isText(row[column])));

  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => {
      const gap = " ".repeat((widths[column] ?? 0) - stringWidth(cell));
      return isNumber[column] ? gap + cell : cell + gap;
    }).join("  ").trimEnd();

  return [titles, ...texts].map(line).join("\n");
}

function isText(cell: Cell | undefined): boolean {
  return typeof cell === "string" || cell === undefined;
}

function textOf(cell: Cell): string {
  return typeof cell === "object" ? cell.right : String(cell);
}

/** Names and values below each other. */
export function formatDetails(details: readonly (readonly [string, string | number])[]): string {
  const width = Math.max(...details.map(([name]) => name.length));
  return details
    .map(([name, value]) => `${name.padEnd(width)}  ${clean(String(value))}`.trimEnd())
    .join("\n");
}

/** A number with its noun: `1 tool`, `2 tools`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** The first line of a text, cut to a length. */
export function firstLine(text: string, length = 72): string {
  const line = clean(text.trim().split("\n", 1)[0] ?? "");
  const characters = [...line];
  return characters.length <= length ? line : characters.slice(0, length - 1).join("") + "…";
}
