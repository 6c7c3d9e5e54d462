import type { Feature, Ruling } from "./features.ts";
import type { Mark } from "./use_features.ts";

/** A row of the table: who met whom, and a mark for each feature. */
export interface Row {
  name: string;
  marks: Map<Feature, Mark>;
}

const RAISED = "¹²³⁴⁵⁶⁷⁸⁹";

/** The rows as a table for a terminal, with a note for each sentence that crossed one out. */
export function printTable(features: readonly Feature[], rows: readonly Row[]): string {
  const notes: Ruling[] = [];
  const width = Math.max(...rows.map(({ name }) => name.length));

  const head = features.map(({ title }) => title).join("  ");
  const lines = rows.map(({ name, marks }) => {
    const cells = features.map((feature) =>
      cell(marks.get(feature), notes).padEnd(feature.title.length)
    );
    return `${name.padEnd(width)}  ${cells.join("  ")}`.trimEnd();
  });
  const footnotes = notes.map(({ revision, page, sentence }, at) =>
    `–${RAISED[at]} ${revision}, ${page}: “${sentence}”`
  );

  return [`${"".padEnd(width)}  ${head}`, ...lines, "", ...footnotes].join("\n");
}

function cell(mark: Mark | undefined, notes: Ruling[]): string {
  if (mark === undefined) return "?";
  if (mark === "yes") return "✓";
  if (mark === "no") return "✗";
  if (!notes.includes(mark)) notes.push(mark);
  return `–${RAISED[notes.indexOf(mark)]}`;
}
