import type { Board } from "../../../../../core/analytics/read_board.ts";
import Card from "../../../(_components)/Card.tsx";
import EmptyState from "../../../(_components)/EmptyState.tsx";
import CallsOverTime from "../../(_components)/charts/CallsOverTime.tsx";
import LatencyOverTime from "../../(_components)/charts/LatencyOverTime.tsx";
import FigureTiles from "../../(_components)/FigureTiles.tsx";
import ReportTable from "../../(_components)/ReportTable.tsx";
import {
  analyticsPath,
  callsOfRow,
  callsPath,
  filtersOf,
  GROUPS,
} from "../(_http)/analytics_question.ts";
import { shownMinute } from "../(_http)/shown_minute.ts";
import Tops from "./Tops.tsx";

interface AnalyticsBoardProps {
  board: Board;
  asked: URLSearchParams;
  /** Whether a newer one is made just now. */
  isOld: boolean;
  now: string;
}

/** What was called, in numbers, over time, by whom, and in rows. */
export default function AnalyticsBoard({ board, asked, isOld, now }: AnalyticsBoardProps) {
  const { report, timeline, before } = board;
  const { from, to, timeZone } = report;
  const link = (changes: Record<string, string>) => analyticsPath(asked, changes);
  const period = `${shownMinute(from, timeZone)} to ${shownMinute(to, timeZone)} ${timeZone}`;
  if (report.total.calls === 0) {
    return (
      <section class="card" id="report">
        <EmptyState title="No calls">
          <p>Nothing was called from {period} of what is asked for.</p>
          <p>
            Choose a longer period, leave a filter out, or see <a href="/calls">the calls</a>{" "}
            that there are.
          </p>
        </EmptyState>
      </section>
    );
  }

  return (
    <>
      <p class="quiet period">
        From {period}. <a href={callsPath(asked, report)}>See these calls</a>
        {isOld && <>. Later calls are counted just now: load the page again to see them.</>}
      </p>
      <FigureTiles total={report.total} before={before} now={now} />
      <div class="columns">
        <Card id="timeline" title={`Calls by ${timeline.by}`}>
          <CallsOverTime id="calls-over-time" report={timeline} />
        </Card>
        <Card id="latency" title={`Latency by ${timeline.by}`}>
          <LatencyOverTime id="latency-over-time" report={timeline} />
        </Card>
      </div>
      <Tops board={board} asked={asked} />
      <nav class="segments" aria-label="Rows of the table">
        {Object.entries(GROUPS).map(([by, title]) => (
          <a
            key={by}
            href={`${link({ by })}#report`}
            aria-current={by === (report.by ?? "each") ? "true" : "false"}
          >
            {title}
          </a>
        ))}
      </nav>
      <ReportTable
        report={report}
        now={now}
        csv={link({ format: "csv" })}
        next={report.nextCursor === null ? null : link({ cursor: report.nextCursor })}
        pathOf={(row) => {
          const filters = filtersOf(row);
          return filters === null ? null : link({ by: nextGroup(report.by), ...filters });
        }}
        callsOf={(row) => callsOfRow(asked, report, row)}
      />
    </>
  );
}

/** Of one member one wants to know the tools; of one tool or server, the members. */
function nextGroup(by: string | null): string {
  return by === "user" ? "tool" : "user";
}
