import type { ComponentChild } from "preact";
import type { Figures } from "../../../../core/analytics/report.ts";
import { grouped, spokenDuration } from "../../../../core/calls/spoken_figures.ts";
import RelativeTime from "../../(_components)/RelativeTime.tsx";

interface FigureTilesProps {
  total: Figures;
  /** The same of the period before, to compare. */
  before?: { from: string; to: string; total: Figures } | null;
  now: string;
}

/** The sums of a report, and how much more or less that is than before. */
export default function FigureTiles({ total, before = null, now }: FigureTilesProps) {
  const { calls, errors, p50Ms, p95Ms, p99Ms, lastUsed } = total;
  const share = calls === 0 ? "" : ` (${(errors * 100 / calls).toFixed(1)} %)`;
  const past = before?.total ?? null;
  return (
    <>
      <ul class="tiles figures">
        <Tile
          value={grouped(calls)}
          title={calls === 1 ? "call" : "calls"}
          change={past && changeOf(calls, past.calls)}
        />
        <Tile
          value={grouped(errors)}
          title={`${errors === 1 ? "error" : "errors"}${share}`}
          change={past && changeOf(errors, past.errors)}
        />
        <Tile
          value={duration(p50Ms)}
          title="p50 latency"
          change={past && changeOf(p50Ms, past.p50Ms)}
        />
        <Tile
          value={duration(p95Ms)}
          title="p95 latency"
          change={past && changeOf(p95Ms, past.p95Ms)}
        />
        <Tile
          value={duration(p99Ms)}
          title="p99 latency"
          change={past && changeOf(p99Ms, past.p99Ms)}
        />
        {lastUsed !== null && (
          <Tile
            value={<RelativeTime at={lastUsed} now={now} />}
            title="last call"
            change={null}
          />
        )}
      </ul>
      {before !== null && (
        <p class="quiet compared">
          Compared with {minute(before.from)} to {minute(before.to)} UTC:{" "}
          {grouped(before.total.calls)} calls.
        </p>
      )}
    </>
  );
}

interface TileProps {
  value: ComponentChild;
  title: string;
  change: string | null;
}

function Tile({ value, title, change }: TileProps) {
  return (
    <li class="tile">
      <strong>{value}</strong> {title}
      {change !== null && <span class="change">{change}</span>}
    </li>
  );
}

/** By how much a number grew or fell, in words that need no colour. */
function changeOf(now: number | null, before: number | null): string | null {
  if (now === null || before === null) return null;
  if (before === 0) return now === 0 ? "as before" : "none before";
  const percent = Math.round((now - before) * 100 / before);
  if (percent === 0) return "as before";
  return percent > 0 ? `▲ ${grouped(percent)} % more` : `▼ ${grouped(-percent)} % less`;
}

function duration(ms: number | null): string {
  return ms === null ? "–" : spokenDuration(ms);
}

function minute(at: string): string {
  return at.slice(0, 16).replace("T", " ");
}
