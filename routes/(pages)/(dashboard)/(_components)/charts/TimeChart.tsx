import type { ComponentChildren } from "preact";
import type { Scale } from "./nice_scale.ts";
import { timeMarks, type TimeRow } from "./time_marks.ts";

/** How high the part of a chart is in which its values stand, in pixels. */
export const PLOT_HEIGHT = 180;

/** What is above it for the numbers of the highest, and below it for the times. */
const HEAD = 16;
const FOOT = 26;

/** How wide a letter of the scale is. */
const LETTER = 7.2;

interface TimeChartProps {
  /** No other chart of the page has it. */
  id: string;
  /** What it is, and what it shows, for who cannot see it. */
  title: string;
  summary: string;
  rows: readonly TimeRow[];
  scale: Scale;
  /** How the scale's numbers are written. */
  spoken(value: number): string;
  /** What all that is known of a row says when one points at it. */
  hint(row: TimeRow): string;
  /** What is drawn, in percents across and in pixels down from the top of the plot. */
  children: ComponentChildren;
  /** What stands at the right of it. */
  ends?: readonly { text: string; y: number; kind: string }[];
  /** What is said of the signs. */
  legend: ComponentChildren;
}

/** The axes of a chart over time; texts keep their size however wide the window is. */
export default function TimeChart(props: TimeChartProps) {
  const { id, title, summary, rows, scale, spoken, hint, children, ends = [], legend } = props;
  const height = HEAD + PLOT_HEIGHT + FOOT;
  const labels = scale.ticks.map((value) => ({ text: spoken(value), y: yOf(scale, value) }));
  const widest = Math.max(...labels.map(({ text }) => text.length));
  const endsWidth = ends.length === 0 ? 0 : 8 + LETTER * Math.max(...ends.map(lengthOf));

  return (
    <figure class="time-chart">
      <figcaption class="chart-legend">{legend}</figcaption>
      <div class="chart-body">
        <svg class="chart-side" width={8 + LETTER * widest} height={height} aria-hidden="true">
          {labels.map(({ text, y }) => (
            <text
              key={text}
              x="100%"
              dx="-8"
              y={HEAD + y}
              dy="0.34em"
              text-anchor="end"
            >
              {text}
            </text>
          ))}
        </svg>
        <svg
          class="chart-plot"
          width="100%"
          height={height}
          role="img"
          aria-labelledby={`${id}-title ${id}-desc`}
        >
          {/* Without a key of its own it would be taken for the page's title. */}
          <title key={`${id} title`} id={`${id}-title`}>{title}</title>
          <desc id={`${id}-desc`}>{summary}</desc>
          <svg class="chart-field" y={HEAD} width="100%" height={PLOT_HEIGHT}>
            {labels.map(({ y }, index) => (
              <line
                key={y}
                class={index === 0 ? "chart-base" : "chart-rule"}
                x1="0"
                x2="100%"
                y1={y}
                y2={y}
              />
            ))}
            {children}
          </svg>
          <Marks rows={rows} />
          {rows.map((row, index) => (
            <rect
              key={row.start}
              class="chart-touch"
              x={percent(index / rows.length)}
              width={percent(1 / rows.length)}
              y={HEAD}
              height={PLOT_HEIGHT}
            >
              {/* Without a key of its own it would be taken for the page's title. */}
              <title key={`hint ${row.start}`}>{hint(row)}</title>
            </rect>
          ))}
        </svg>
        {ends.length > 0 && (
          <svg class="chart-side" width={endsWidth} height={height} aria-hidden="true">
            {spread(ends).map(({ text, y, kind }) => (
              <text key={kind} class={`end-${kind}`} x="8" y={HEAD + y} dy="0.34em">{text}</text>
            ))}
          </svg>
        )}
      </div>
    </figure>
  );
}

/** How far down a value lies. */
export function yOf(scale: Scale, value: number): number {
  return Math.round((1 - scale.heightOf(value)) * PLOT_HEIGHT * 100) / 100;
}

/** A part of the width. */
export function percent(part: number): string {
  return `${Math.round(part * 1e5) / 1e3}%`;
}

function Marks({ rows }: { rows: readonly TimeRow[] }) {
  const y = HEAD + PLOT_HEIGHT;
  return (
    <>
      {timeMarks(rows).map(({ index, text, isWideOnly }) => {
        const x = percent((index + 0.5) / rows.length);
        return (
          <g key={index} class={isWideOnly ? "wide-mark" : undefined}>
            <line class="chart-base" x1={x} x2={x} y1={y} y2={y + 4} />
            <text x={x} y={y + 19} text-anchor="middle">{text}</text>
          </g>
        );
      })}
    </>
  );
}

/** Texts that would lie over one another are moved apart. */
function spread<End extends { y: number }>(ends: readonly End[]): End[] {
  const apart = 15;
  const sorted = [...ends].sort((a, b) => a.y - b.y).map((end) => ({ ...end }));
  for (let at = 1; at < sorted.length; at++) {
    sorted[at].y = Math.max(sorted[at].y, sorted[at - 1].y + apart);
  }
  let bottom = PLOT_HEIGHT;
  for (const end of sorted.toReversed()) {
    end.y = Math.min(end.y, bottom);
    bottom = end.y - apart;
  }
  return sorted;
}

function lengthOf({ text }: { text: string }): number {
  return text.length;
}
