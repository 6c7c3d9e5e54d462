import type { AnalyticsReport, Figures, ReportRow } from "../../../../core/analytics/report.ts";
import { calledName } from "../../../../core/calls/called_name.ts";
import { grouped, spokenBytes, spokenDuration } from "../../../../core/calls/spoken_figures.ts";
import RelativeTime from "../../(_components)/RelativeTime.tsx";
import Card from "../../(_components)/Card.tsx";
import { OUTCOMES } from "./outcome_words.ts";
import Title from "./Title.tsx";

interface ReportTableProps {
  report: AnalyticsReport;
  now: string;
  /** The address of the report as CSV, and of its next rows. */
  csv: string;
  next: string | null;
  /** Where a row leads: to its own numbers, and to its calls; `null` where there is no such page. */
  pathOf?(row: ReportRow): string | null;
  callsOf?(row: ReportRow): string | null;
}

const TITLES = {
  each: "Member",
  user: "Member",
  tool: "Called",
  server: "Server",
  day: "Day",
  hour: "Hour",
  outcome: "Outcome",
} as const;

/** The rows of a report. */
export default function ReportTable(props: ReportTableProps) {
  const { report, now, csv, next, pathOf, callsOf } = props;
  const { by, items, from, to } = report;
  return (
    <Card
      id="report"
      title={by === null ? "By member, server and tool" : `By ${TITLES[by].toLowerCase()}`}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">{TITLES[by ?? "each"]}</th>
            {by === null && <th scope="col">Called</th>}
            <th scope="col" class="number">Calls</th>
            {by === "outcome" ? <th scope="col" class="number">Share</th> : <FigureTitles />}
          </tr>
        </thead>
        <tbody>
          {items.map((row, index) => (
            <Row
              key={index}
              row={row}
              report={report}
              now={now}
              path={pathOf?.(row) ?? null}
              calls={callsOf?.(row) ?? null}
            />
          ))}
        </tbody>
      </table>
      <div class="more">
        <p>
          From {minute(from)} to {minute(to)}{" "}
          UTC. Times and sizes are of all calls, also of those that failed.
        </p>
        {next !== null && <a class="button plain" href={next}>More rows</a>}{" "}
        <a class="button plain" href={csv}>All of it as CSV</a>
      </div>
    </Card>
  );
}

function FigureTitles() {
  return (
    <>
      <th scope="col" class="number">Errors</th>
      <th scope="col" class="number">p50</th>
      <th scope="col" class="number">p95</th>
      <th scope="col" class="number">p99</th>
      <th scope="col" class="number">In</th>
      <th scope="col" class="number">Out</th>
      <th scope="col">Last used</th>
    </>
  );
}

interface RowProps {
  row: ReportRow;
  report: AnalyticsReport;
  now: string;
  path: string | null;
  calls: string | null;
}

function Row({ row, report: { by, total }, now, path, calls }: RowProps) {
  return (
    <tr>
      <td>
        {path === null ? <Name row={row} /> : (
          <a class="row-link" href={path}>
            <Name row={row} />
          </a>
        )}
      </td>
      {by === null && (
        <td data-label="Called" class="wide">
          <code class="wrap">{called(row)}</code>
        </td>
      )}
      <td data-label="Calls" class="number">
        {calls === null || row.calls === 0
          ? grouped(row.calls)
          : <a href={calls} title="See these calls">{grouped(row.calls)}</a>}
      </td>
      {by === "outcome"
        ? <td data-label="Share" class="number">{(row.calls * 100 / total.calls).toFixed(1)} %</td>
        : <FigureCells figures={row} now={now} />}
    </tr>
  );
}

function Name({ row }: { row: ReportRow }) {
  const { user, email, server, serverId, serverName, tool, day, hour, outcome } = row;
  if (user !== undefined) return <Title name={user} detail={email} />;
  if (tool !== undefined) return <code class="wrap">{called(row)}</code>;
  if (outcome !== undefined) {
    return <span class="badge" data-kind={outcome}>{OUTCOMES[outcome]}</span>;
  }
  if (server !== undefined) {
    if (server === null) return <span class="quiet">no server had the name</span>;
    return (
      <Title name={serverName ?? (serverId ? `${server} (removed)` : server)} detail={server} />
    );
  }
  return <>{day ?? hour?.replace("T", " ")}</>;
}

function FigureCells({ figures, now }: { figures: Figures; now: string }) {
  const { errors, p50Ms, p95Ms, p99Ms, bytesIn, bytesOut, lastUsed } = figures;
  return (
    <>
      <td data-label="Errors" class="number">{grouped(errors)}</td>
      <td data-label="p50" class="number">{duration(p50Ms)}</td>
      <td data-label="p95" class="number">{duration(p95Ms)}</td>
      <td data-label="p99" class="number">{duration(p99Ms)}</td>
      <td data-label="In" class="number">{spokenBytes(bytesIn ?? 0)}</td>
      <td data-label="Out" class="number">{spokenBytes(bytesOut ?? 0)}</td>
      <td data-label="Last used">
        {lastUsed === null
          ? <span class="quiet">–</span>
          : <RelativeTime at={lastUsed} now={now} />}
      </td>
    </>
  );
}

function called({ server = null, method = "tools/call", tool = "" }: ReportRow): string {
  return calledName({ server, method, tool });
}

function duration(ms: number | null): string {
  return ms === null ? "–" : spokenDuration(ms);
}

function minute(at: string): string {
  return at.slice(0, 16).replace("T", " ");
}
