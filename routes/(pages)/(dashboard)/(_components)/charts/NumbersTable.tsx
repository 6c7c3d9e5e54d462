import type { ComponentChildren } from "preact";

interface NumbersTableProps {
  /** What the columns are called; all but the first have numbers. */
  titles: readonly string[];
  rows: readonly (readonly ComponentChildren[])[];
}

/** The numbers behind a chart, for who cannot see it or wants them exactly. */
export default function NumbersTable({ titles, rows }: NumbersTableProps) {
  return (
    <details class="chart-numbers">
      <summary>The same in numbers</summary>
      <table>
        <thead>
          <tr>
            {titles.map((title, at) => (
              <th key={title} scope="col" class={at === 0 ? undefined : "number"}>{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, at) => (
                <td
                  key={at}
                  data-label={titles[at]}
                  class={at === 0 ? "text" : "number"}
                >
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
