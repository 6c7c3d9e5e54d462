import type { ComponentChildren } from "preact";
import { grouped } from "../../../../../core/calls/spoken_figures.ts";
import Hatch from "./Hatch.tsx";
import NumbersTable from "./NumbersTable.tsx";

/** One bar, and what it stands for. */
export interface TopBar {
  /** Tells it apart from the others. */
  key: string;
  name: string;
  /** Where a click on the name leads. */
  path?: string;
  /** A second way, such as to the calls themselves. */
  beside?: ComponentChildren;
  calls: number;
  /** `null` where errors are not told apart. */
  errors: number | null;
}

interface TopBarsProps {
  /** No other chart of the page has it. */
  id: string;
  /** What one bar stands for: "Member". */
  of: string;
  bars: readonly TopBar[];
  /** How many calls there were of all, of which each bar is a part. */
  calls: number;
}

/** The most called of one kind as bars, each with its number; errors are hatched. */
export default function TopBars({ id, of, bars, calls }: TopBarsProps) {
  const longest = Math.max(1, ...bars.map((bar) => bar.calls));
  const hatch = `${id}-hatch`;
  const hasErrors = bars.some(({ errors }) => errors !== null);
  return (
    <>
      <ol class="top-bars">
        {bars.map((bar, index) => (
          <li key={bar.key}>
            <span class="top-name">
              {bar.path === undefined ? bar.name : <a href={bar.path}>{bar.name}</a>}
              {bar.beside}
            </span>
            <span class="number">
              {grouped(bar.calls)} <span class="quiet">{shareOf(bar.calls, calls)}</span>
            </span>
            <svg width="100%" height="10" aria-hidden="true">
              {index === 0 && <Hatch id={hatch} />}
              <Bar bar={bar} longest={longest} hatch={hatch} />
            </svg>
          </li>
        ))}
      </ol>
      <NumbersTable
        titles={[of, "Calls", ...hasErrors ? ["Errors"] : [], "Share"]}
        rows={bars.map((bar) => [
          bar.name,
          grouped(bar.calls),
          ...hasErrors ? [grouped(bar.errors ?? 0)] : [],
          shareOf(bar.calls, calls),
        ])}
      />
    </>
  );
}

function Bar({ bar, longest, hatch }: { bar: TopBar; longest: number; hatch: string }) {
  const errors = bar.errors ?? 0;
  const bad = errors * 100 / longest;
  const all = Math.max(bar.calls * 100 / longest, 0.5);
  return (
    <>
      <rect class="bar-rest" width="100%" height="10" />
      <rect class="bar-good" width={`${round(all)}%`} height="10" />
      {errors > 0 && (
        <rect class="bar-errors" fill={`url(#${hatch})`} width={`${round(bad)}%`} height="10" />
      )}
    </>
  );
}

function shareOf(calls: number, all: number): string {
  return all === 0 ? "–" : `${(calls * 100 / all).toFixed(1)} %`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
