import type { HourCount, Overview } from "../../../../../core/overview/overview.ts";
import { grouped } from "../../../../../core/calls/spoken_figures.ts";
import BeingCounted from "../BeingCounted.tsx";
import Sparkline from "../charts/Sparkline.tsx";

type NowTilesProps = Pick<Overview, "hours" | "counts">;

/** What is called now, and what there is. */
export default function NowTiles({ hours, counts }: NowTilesProps) {
  if (hours === null) {
    return (
      <div class="now-tiles" data-live="now">
        <section class="tile" aria-label="Calls">
          <BeingCounted />
        </section>
        <There counts={counts} />
      </div>
    );
  }

  const calls = sumOf(hours, "calls");
  const errors = sumOf(hours, "errors");
  const now = hours[hours.length - 1];
  const share = calls === 0 ? "" : ` (${(errors * 100 / calls).toFixed(1)} %)`;
  return (
    <div class="now-tiles" data-live="now">
      <section class="tile" aria-label="Calls">
        <a href="/analytics?period=24h">
          <strong>{grouped(calls)}</strong> {calls === 1 ? "call" : "calls"} in 24 hours
        </a>
        <p class="quiet">{grouped(now.calls)} since {clock(now.start)} UTC</p>
        <Sparkline
          id="calls-now"
          title="Calls by hour"
          of="Calls"
          points={points(hours, "calls")}
        />
      </section>
      <section class="tile" aria-label="Errors">
        <a href="/analytics?period=24h&by=outcome">
          <strong>{grouped(errors)}</strong> {errors === 1 ? "error" : "errors"}
          {share}
        </a>
        <p class="quiet">{grouped(now.errors)} since {clock(now.start)} UTC</p>
        <Sparkline
          id="errors-now"
          title="Errors by hour"
          of="Errors"
          points={points(hours, "errors")}
        />
      </section>
      <There counts={counts} />
    </div>
  );
}

function There({ counts }: Pick<Overview, "counts">) {
  return (
    <ul class="there" aria-label="What there is">
      <Count path="/servers" count={counts.servers} noun="server" />
      <Count path="/workspaces" count={counts.workspaces} noun="workspace" />
      <Count path="/members" count={counts.activeTokens} noun="active token" />
    </ul>
  );
}

function Count({ path, count, noun }: { path: string; count: number; noun: string }) {
  return (
    <li>
      <a class="tile" href={path}>
        <strong>{grouped(count)}</strong> {noun}
        {count === 1 ? "" : "s"}
      </a>
    </li>
  );
}

function points(hours: readonly HourCount[], of: "calls" | "errors") {
  return hours.map((hour) => ({ label: `${clock(hour.start)} UTC`, value: hour[of] }));
}

function sumOf(hours: readonly HourCount[], of: "calls" | "errors"): number {
  return hours.reduce((sum, hour) => sum + hour[of], 0);
}

function clock(start: string): string {
  return start.slice(11, 16);
}
