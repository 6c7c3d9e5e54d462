import { counted, grouped } from "../../../../../core/calls/spoken_figures.ts";
import type { WorkspaceLimits } from "../../../../../core/limits/limits.ts";
import type { WorkspaceView } from "../../../../../core/workspaces/workspace.ts";
import Card from "../../../(_components)/Card.tsx";
import Facts from "../../../(_components)/Facts.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import { LIMIT_WORDS } from "./limit_words.ts";

interface WorkspaceFactsProps {
  workspace: WorkspaceView;
  /** How many of its calls are kept. */
  calls: number;
  now: string;
}

/** What a workspace is set to, for who may look. */
export default function WorkspaceFacts({ workspace, calls, now }: WorkspaceFactsProps) {
  const { limits, retentionDays, createdAt, disabledAt } = workspace;
  return (
    <Card id="facts" title="How it is set">
      <Facts
        facts={[
          ...LIMIT_WORDS.map(({ name, label }): [string, string] => [label, spoken(limits[name])]),
          ["Calls are kept for", counted(retentionDays, "day")],
          ["Calls kept now", grouped(calls)],
          ["Created", <RelativeTime key="created" at={createdAt} now={now} />],
          [
            "State",
            disabledAt === null ? "open" : (
              <>
                disabled <RelativeTime at={disabledAt} now={now} />
              </>
            ),
          ],
        ]}
      />
    </Card>
  );
}

function spoken(limit: WorkspaceLimits[keyof WorkspaceLimits]): string {
  return limit === null ? "no limit" : grouped(limit);
}
