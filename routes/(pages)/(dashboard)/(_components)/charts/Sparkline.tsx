import { grouped } from "../../../../../core/calls/spoken_figures.ts";
import NumbersTable from "./NumbersTable.tsx";

/** The drawing's own size; it is stretched to its place. */
const WIDTH = 200;
const HEIGHT = 36;

interface SparklineProps {
  /** No other chart of the page has it. */
  id: string;
  /** What it shows: "Calls by hour". */
  title: string;
  /** What is counted: "Calls". */
  of: string;
  points: readonly { label: string; value: number }[];
  /** How its numbers are written. */
  spoken?(value: number): string;
}

/** A line without axes that shows how something went, with the numbers behind it. */
export default function Sparkline({ id, title, of, points, spoken = grouped }: SparklineProps) {
  const most = Math.max(...points.map(({ value }) => value), 0);
  const last = points[points.length - 1];
  const line = points.map(({ value }, index) => {
    const x = points.length < 2 ? WIDTH : index / (points.length - 1) * WIDTH;
    const y = HEIGHT - 2 - (most === 0 ? 0 : value / most * (HEIGHT - 6));
    return `${round(x)},${round(y)}`;
  });
  return (
    <div class="sparkline">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        width="100%"
        height={HEIGHT}
        role="img"
        aria-labelledby={`${id}-title ${id}-desc`}
      >
        <title key={`${id} title`} id={`${id}-title`}>{title}</title>
        <desc id={`${id}-desc`}>
          {most === 0
            ? "None in this time."
            : `The most were ${spoken(most)}, the last ${spoken(last.value)}.`}
        </desc>
        {most > 0 && (
          <polygon class="spark-area" points={`0,${HEIGHT} ${line.join(" ")} ${WIDTH},${HEIGHT}`} />
        )}
        <polyline class="spark-line" points={line.join(" ")} />
      </svg>
      <NumbersTable
        titles={["Time", of]}
        rows={points.map(({ label, value }) => [label, spoken(value)])}
      />
    </div>
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
