import { counted, grouped } from "../../../../../core/calls/spoken_figures.ts";
import Hatch from "./Hatch.tsx";
import { countScale, type Scale } from "./nice_scale.ts";
import NumbersTable from "./NumbersTable.tsx";
import TimeChart, { percent, PLOT_HEIGHT, yOf } from "./TimeChart.tsx";
import { timeOf, type TimeRow } from "./time_marks.ts";
import type { TimeReport } from "./time_report.ts";

interface CallsOverTimeProps {
  /** No other chart of the page has it. */
  id: string;
  /** By day or by hour. */
  report: TimeReport;
}

/** Calls by day or by hour as bars: errors, which are hatched, with what was done on them. */
export default function CallsOverTime({ id, report }: CallsOverTimeProps) {
  const { items, by, timeZone, total } = report;
  const highest = Math.max(0, ...items.map(({ calls }) => calls));
  const peak = highest === 0 ? -1 : items.findIndex(({ calls }) => calls === highest);
  const scale = countScale(highest);
  const hatch = `${id}-hatch`;

  return (
    <>
      <TimeChart
        id={id}
        title={`Calls by ${by}`}
        summary={inWords(report, items[peak])}
        rows={items}
        scale={scale}
        spoken={grouped}
        hint={(row) =>
          `${timeOf(row)}: ${counted(row.calls, "call")}, ${counted(row.errors, "error")}`}
        legend={<Legend hatch={hatch} calls={total.calls} errors={total.errors} zone={timeZone} />}
      >
        <Hatch id={hatch} />
        {items.map((row, index) => (
          <Bar
            key={row.start}
            row={row}
            place={index / items.length}
            width={1 / items.length}
            scale={scale}
            hatch={hatch}
          />
        ))}
        {peak >= 0 && <Peak row={items[peak]} place={(peak + 0.5) / items.length} scale={scale} />}
      </TimeChart>
      <NumbersTable
        titles={[by === "hour" ? "Hour" : "Day", "Calls", "Errors"]}
        rows={items.map((row) => [timeOf(row), grouped(row.calls), grouped(row.errors)])}
      />
    </>
  );
}

interface BarProps {
  row: TimeRow;
  /** Where it begins, and how wide it is, as parts of the width. */
  place: number;
  width: number;
  scale: Scale;
  hatch: string;
}

/** What there was at all can be seen, however little it is. */
function Bar({ row: { calls, errors }, place, width, scale, hatch }: BarProps) {
  if (calls === 0) return null;
  const bad = errors === 0 ? 0 : Math.max(scale.heightOf(errors) * PLOT_HEIGHT, 3);
  const all = Math.max(scale.heightOf(calls) * PLOT_HEIGHT, bad, 2);
  const across = { x: percent(place + width * 0.12), width: percent(width * 0.76) };
  const down = (value: number) => Math.round(value * 100) / 100;
  return (
    <>
      {all > bad && (
        <rect class="bar-good" {...across} y={down(PLOT_HEIGHT - all)} height={down(all - bad)} />
      )}
      {bad > 0 && (
        <rect
          class="bar-errors"
          fill={`url(#${hatch})`}
          {...across}
          y={down(PLOT_HEIGHT - bad)}
          height={down(bad)}
        />
      )}
    </>
  );
}

/** The highest bar says how high it is. */
function Peak({ row, place, scale }: { row: TimeRow; place: number; scale: Scale }) {
  const anchor = place < 0.06 ? "start" : place > 0.94 ? "end" : "middle";
  return (
    <text class="chart-peak" x={percent(place)} y={yOf(scale, row.calls) - 5} text-anchor={anchor}>
      {grouped(row.calls)}
    </text>
  );
}

interface LegendProps {
  hatch: string;
  calls: number;
  errors: number;
  zone: string;
}

function Legend({ hatch, calls, errors, zone }: LegendProps) {
  return (
    <>
      <span>
        <svg width="14" height="14" aria-hidden="true">
          <rect class="bar-good" width="14" height="14" />
        </svg>
        {grouped(calls - errors)} did what was asked
      </span>
      <span>
        <svg width="14" height="14" aria-hidden="true">
          <rect class="bar-errors" fill={`url(#${hatch})`} width="14" height="14" />
        </svg>
        {counted(errors, "error")}
      </span>
      <span class="chart-zone">{zone}</span>
    </>
  );
}

function inWords({ by, total }: TimeReport, most: TimeRow | undefined): string {
  if (most === undefined) return "There were no calls in this time.";
  return `${counted(total.calls, "call")} by ${by}, most of them at ${timeOf(most)}: ` +
    `${grouped(most.calls)}; ${counted(total.errors, "error")} in all.`;
}
