import type { Board, Top } from "../../../../../core/analytics/read_board.ts";
import type { ReportRow } from "../../../../../core/analytics/report.ts";
import { Outcome } from "../../../../../core/calls/call.ts";
import { calledName } from "../../../../../core/calls/called_name.ts";
import TopBars, { type TopBar } from "../../(_components)/charts/TopBars.tsx";
import { OUTCOMES } from "../../(_components)/outcome_words.ts";
import Card from "../../../(_components)/Card.tsx";
import { analyticsPath, callsPath, filtersOf } from "../(_http)/analytics_question.ts";

interface TopsProps {
  board: Board;
  asked: URLSearchParams;
}

/** The most called of each kind; each name leads to the same page for it alone. */
export default function Tops({ board, asked }: TopsProps) {
  const { report, people, tools, servers, workspaces } = board;
  const { calls, outcomes } = report.total;
  const link = (changes: Record<string, string>) => analyticsPath(asked, changes);
  const barOf = (row: ReportRow, index: number, name: string): TopBar => {
    const filters = filtersOf(row);
    return {
      key: String(index),
      name,
      path: filters === null ? undefined : link(filters),
      calls: row.calls,
      errors: row.errors,
    };
  };
  const top = (rows: Top, nameOf: (row: ReportRow) => string) => {
    return rows.rows.map((row, index) => barOf(row, index, nameOf(row)));
  };

  return (
    <div class="columns tops">
      <TopCard
        id="people"
        title="Members"
        of="Member"
        calls={calls}
        more={people.hasMore}
        bars={top(people, (row) => row.user ?? "")}
      />
      <TopCard
        id="tools"
        title="Tools"
        of="Tool"
        calls={calls}
        more={tools.hasMore}
        bars={top(tools, toolName)}
      />
      <TopCard
        id="servers"
        title="Servers"
        of="Server"
        calls={calls}
        more={servers.hasMore}
        bars={top(servers, (row) => row.server ?? "(no server had the name)")}
      />
      <TopCard
        id="outcomes"
        title="Outcomes"
        of="Outcome"
        calls={calls}
        more={false}
        bars={Outcome.options.flatMap((outcome) => {
          const count = outcomes[outcome] ?? 0;
          if (count === 0) return [];
          const isError = outcome !== "ok" && outcome !== "input_required";
          return [{
            key: outcome,
            name: OUTCOMES[outcome],
            path: callsPath(asked, report, { outcome }),
            calls: count,
            errors: isError ? count : 0,
          }];
        }).sort((a, b) => b.calls - a.calls)}
      />
      {workspaces !== null && (
        <TopCard
          id="workspaces"
          title="Workspaces"
          of="Workspace"
          calls={calls}
          more={workspaces.hasMore}
          bars={workspaces.rows.map(({ slug, calls, errors }) => {
            return { key: slug, name: slug, path: link({ workspace: slug }), calls, errors };
          })}
        />
      )}
    </div>
  );
}

interface TopCardProps {
  id: string;
  title: string;
  of: string;
  calls: number;
  more: boolean;
  bars: TopBar[];
}

function TopCard({ id, title, of, calls, more, bars }: TopCardProps) {
  return (
    <Card id={id} title={title} count={more ? `the first ${bars.length}` : undefined}>
      <TopBars id={`${id}-bars`} of={of} calls={calls} bars={bars} />
    </Card>
  );
}

function toolName({ server = null, method = "tools/call", tool = "" }: ReportRow): string {
  return calledName({ server, method, tool });
}
