import type { ReportRow } from "../../../../../../core/analytics/report.ts";
import {
  COUNTED_WORKSPACES,
  type ServerBoard,
} from "../../../../../../core/analytics/read_server_board.ts";
import { grouped } from "../../../../../../core/calls/spoken_figures.ts";
import { visibleText } from "../../../../../../core/definitions/visible_text.ts";
import Card from "../../../../(_components)/Card.tsx";
import EmptyState from "../../../../(_components)/EmptyState.tsx";
import RelativeTime from "../../../../(_components)/RelativeTime.tsx";
import CallsOverTime from "../../../(_components)/charts/CallsOverTime.tsx";
import LatencyOverTime from "../../../(_components)/charts/LatencyOverTime.tsx";
import TopBars, { type TopBar } from "../../../(_components)/charts/TopBars.tsx";
import FigureTiles from "../../../(_components)/FigureTiles.tsx";

interface ServerCallsProps {
  slug: string;
  board: ServerBoard;
  period: string;
  now: string;
}

/** The calls of one server in numbers, over time, by tool, by workspace and by member. */
export default function ServerCalls({ slug, board, period, now }: ServerCallsProps) {
  const { timeline, tools, people, workspaces, installs } = board;
  const { total } = timeline;
  const link = (filters: Record<string, string>) =>
    `/analytics?${new URLSearchParams({ ...filters, server: slug, period })}`;
  if (total.calls === 0) {
    return (
      <section class="card">
        <EmptyState
          title="No calls in this time"
          action={{ title: "See the whole log", path: `/calls?server=${slug}` }}
        >
          <p>Nobody called this server in the last {period}. Choose a longer period above.</p>
        </EmptyState>
      </section>
    );
  }

  return (
    <>
      {installs > COUNTED_WORKSPACES && (
        <p class="quiet">
          Counted are the {COUNTED_WORKSPACES} busiest of the {grouped(installs)}{" "}
          workspaces that have this server.
        </p>
      )}
      <p class="quiet">
        Counted up to <RelativeTime at={timeline.to} now={now} />.
      </p>
      <FigureTiles total={total} now={now} />
      <div class="columns">
        <Card id="timeline" title={`Calls by ${timeline.by}`}>
          <CallsOverTime id="calls-over-time" report={timeline} />
        </Card>
        <Card id="latency" title={`Latency by ${timeline.by}`}>
          <LatencyOverTime id="latency-over-time" report={timeline} />
        </Card>
      </div>
      <div class="columns">
        <TopCard
          id="by-tool"
          title="Tools"
          of="Tool"
          calls={total.calls}
          bars={tools.rows.map((row) => barOf(row, toolName(row), link({ tool: row.tool ?? "" })))}
          hasMore={tools.hasMore}
        />
        <TopCard
          id="by-workspace"
          title="Workspaces"
          of="Workspace"
          calls={total.calls}
          bars={workspaces.map(({ slug, total }) => {
            const { calls, errors } = total;
            return { key: slug, name: slug, path: link({ workspace: slug }), calls, errors };
          })}
          hasMore={false}
        />
        <TopCard
          id="by-member"
          title="Members"
          of="Member"
          calls={total.calls}
          bars={people.rows.map((row) =>
            barOf(row, memberName(row), link({ member: row.email ?? row.user ?? "" }))
          )}
          hasMore={people.hasMore}
        />
      </div>
    </>
  );
}

interface TopCardProps {
  id: string;
  title: string;
  of: string;
  bars: TopBar[];
  calls: number;
  hasMore: boolean;
}

function TopCard({ id, title, of, bars, calls, hasMore }: TopCardProps) {
  return (
    <Card id={id} title={title} count={hasMore ? `the first ${bars.length}` : undefined}>
      <TopBars id={`${id}-bars`} of={of} bars={bars} calls={calls} />
    </Card>
  );
}

function barOf({ calls, errors, tokenId, email }: ReportRow, name: string, path: string): TopBar {
  return { key: `${name} ${email ?? tokenId ?? ""}`, name, path, calls, errors };
}

/** A member may call anything by any name. */
function toolName({ tool = "", method = "tools/call" }: ReportRow): string {
  const name = visibleText(tool.length > 80 ? `${tool.slice(0, 80).toWellFormed()}…` : tool);
  return method === "tools/call" ? name : `${name} (${method})`;
}

function memberName({ user = "", email }: ReportRow): string {
  return email === null || email === undefined || email === user ? user : `${user}, ${email}`;
}
