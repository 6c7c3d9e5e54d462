import { spokenDuration } from "../../../../../core/calls/spoken_figures.ts";
import { durationScale, type Scale } from "./nice_scale.ts";
import NumbersTable from "./NumbersTable.tsx";
import TimeChart, { percent, PLOT_HEIGHT, yOf } from "./TimeChart.tsx";
import { timeOf, type TimeRow } from "./time_marks.ts";
import type { TimeReport } from "./time_report.ts";

/** The lines, each told apart by its dashes and by the name at its end. */
const LINES = [
  { kind: "p50", field: "p50Ms", dashes: undefined },
  { kind: "p95", field: "p95Ms", dashes: "7 4" },
  { kind: "p99", field: "p99Ms", dashes: "2 3" },
] as const;
type Line = typeof LINES[number];

/** The drawing's own width; it is stretched to the window's. */
const WIDTH = 1_000;

/** Of so few points each has a dot. */
const FEW = 40;

interface LatencyOverTimeProps {
  /** No other chart of the page has it. */
  id: string;
  /** By day or by hour. */
  report: TimeReport;
}

/** What half, 95 % and 99 % of the calls of each day or hour took at most. */
export default function LatencyOverTime({ id, report }: LatencyOverTimeProps) {
  const { items, by, timeZone, total } = report;
  const values = items.flatMap((row) => LINES.flatMap(({ field }) => row[field] ?? []));
  const scale = durationScale(values);

  return (
    <>
      <TimeChart
        id={id}
        title={`Latency by ${by}`}
        summary={inWords(report)}
        rows={items}
        scale={scale}
        spoken={spokenDuration}
        hint={(row) =>
          `${timeOf(row)}: ` +
          LINES.map(({ kind, field }) => `${kind} ${spoken(row[field])}`).join(", ")}
        ends={LINES.flatMap(({ kind, field }) => {
          const last = items.findLast((row) => row[field] !== null)?.[field];
          if (last === undefined || last === null) return [];
          return [{ kind, text: kind, y: yOf(scale, last) }];
        })}
        legend={
          <>
            {LINES.map(({ kind, field, dashes }) => (
              <span key={kind}>
                <svg width="28" height="14" aria-hidden="true">
                  <line
                    class={`line-${kind}`}
                    x2="28"
                    y1="7"
                    y2="7"
                    stroke-dasharray={dashes}
                  />
                </svg>
                {kind} {spoken(total[field])}
              </span>
            ))}
            <span class="chart-zone">
              {scale.isLogarithmic ? `each line ten times the one below · ${timeZone}` : timeZone}
            </span>
          </>
        }
      >
        <svg
          viewBox={`0 0 ${WIDTH} ${PLOT_HEIGHT}`}
          preserveAspectRatio="none"
          width="100%"
          height={PLOT_HEIGHT}
        >
          {LINES.flatMap((line) =>
            stretches(items, line).map((points, index) => (
              <polyline
                key={`${line.kind} ${index}`}
                class={`line-${line.kind}`}
                stroke-dasharray={line.dashes}
                points={points.map((at) => pointAt(items, at, line, scale)).join(" ")}
              />
            ))
          )}
        </svg>
        {LINES.map((line) => <Dots key={line.kind} items={items} line={line} scale={scale} />)}
      </TimeChart>
      <NumbersTable
        titles={[by === "hour" ? "Hour" : "Day", ...LINES.map(({ kind }) => kind)]}
        rows={items.map((row) => [timeOf(row), ...LINES.map(({ field }) => spoken(row[field]))])}
      />
    </>
  );
}

interface DotsProps {
  items: readonly TimeRow[];
  line: Line;
  scale: Scale;
}

/** A time that stands alone has no line, so it has a dot. */
function Dots({ items, line: { kind, field }, scale }: DotsProps) {
  const isAlone = (at: number) => {
    return [at - 1, at + 1].every((near) => (items[near]?.[field] ?? null) === null);
  };
  return (
    <>
      {items.map((row, index) => {
        const value = row[field];
        if (value === null || (items.length > FEW && !isAlone(index))) return null;
        const x = percent((index + 0.5) / items.length);
        return <circle key={row.start} class={`dot-${kind}`} cx={x} cy={yOf(scale, value)} r="3" />;
      })}
    </>
  );
}

/** The places of times with calls, as far as they follow one another. */
function stretches(items: readonly TimeRow[], { field }: Line): number[][] {
  const all: number[][] = [[]];
  for (const [index, row] of items.entries()) {
    if (row[field] === null) all.push([]);
    else all[all.length - 1].push(index);
  }
  return all.filter((stretch) => stretch.length > 1);
}

function pointAt(
  items: readonly TimeRow[],
  index: number,
  { field }: Line,
  scale: Scale,
): string {
  const x = Math.round((index + 0.5) / items.length * WIDTH * 100) / 100;
  return `${x},${yOf(scale, items[index][field] ?? 0)}`;
}

function spoken(ms: number | null): string {
  return ms === null ? "–" : spokenDuration(ms);
}

function inWords({ total }: TimeReport): string {
  if (total.p50Ms === null) return "There were no calls in this time.";
  return `Half of the calls took at most ${spoken(total.p50Ms)}, 95 % at most ` +
    `${spoken(total.p95Ms)}, and 99 % at most ${spoken(total.p99Ms)}.`;
}
