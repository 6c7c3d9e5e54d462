/** What one cell of a table may hold; `null` is an empty one. */
export type CsvValue = string | number | boolean | null;

/** What makes a spreadsheet compute a text instead of showing it, in its full-width forms too. */
const FORMULA_START = /^[\t\r\n ]*[=+\-@＝＋－＠]|^[\t\r\n]/;

/** What has to be in quotes (RFC 4180, section 2), and spaces that some readers cut off. */
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/** What no text of a CSV file may have, and what could steer a terminal that shows it. */
// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/**
 * One line of a CSV file with its line break (RFC 4180).
 *
 * A text that a spreadsheet would take for a formula gets a `'` before it: names of tools are
 * chosen by strangers. Numbers are written as they are.
 */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(cell).join(",")}\r\n`;
}

function cell(value: CsvValue): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const safe = value.replaceAll(CONTROLS, "\ufffd");
  const text = FORMULA_START.test(safe) ? `'${safe}` : safe;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
