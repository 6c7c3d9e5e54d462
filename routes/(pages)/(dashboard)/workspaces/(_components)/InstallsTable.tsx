import { counted } from "../../../../../core/calls/spoken_figures.ts";
import { describePolicy } from "../../../../../core/policies/tool_policy.ts";
import type { WorkspaceView } from "../../../../../core/workspaces/workspace.ts";
import Badge from "../../../(_components)/Badge.tsx";
import DataTable, { type Column } from "../../../(_components)/DataTable.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import type { TablePage } from "../../../(_http)/table_query.ts";
import Title from "../../(_components)/Title.tsx";

/** A server of a workspace. */
export type InstalledServer = WorkspaceView["servers"][number] & {
  /** How many definitions of its tools wait for an admin. */
  waiting: number;
};

interface InstallsTableProps {
  workspace: string;
  url: URL;
  table: TablePage<InstalledServer>;
  now: string;
}

/** The servers of a workspace, and what it has of each. */
export default function InstallsTable({ workspace, url, table, now }: InstallsTableProps) {
  const columns: Column<InstalledServer>[] = [
    {
      title: "Server",
      sort: "name",
      cell: (server) => (
        <>
          <a class="row-link" href={`/workspaces/${workspace}/servers/${server.slug}`}>
            <Title name={server.name} detail={server.slug} />
          </a>
          {server.isDisabled && <Badge kind="bad">disabled</Badge>}
        </>
      ),
    },
    { title: "Shows", isWide: true, cell: ({ policy }) => <Shows policy={policy} /> },
    { title: "When a tool changes", cell: (server) => <Changes server={server} /> },
    { title: "Limits", cell: ({ limits }) => <Limits limits={limits} /> },
    {
      title: "Installed",
      sort: "installed",
      cell: ({ installedAt }) => <RelativeTime at={installedAt} now={now} />,
    },
  ];
  return (
    <DataTable
      label="Servers of this workspace"
      url={url}
      table={table}
      columns={columns}
      keyOf={({ slug }) => slug}
      isOver={({ isDisabled }) => isDisabled}
      live="installs"
      searchHint="Search by name or slug"
    />
  );
}

function Shows({ policy }: Pick<InstalledServer, "policy">) {
  if (policy === null) return <span class="quiet">all of its tools</span>;
  return <span class="clamp">{describePolicy(policy)}</span>;
}

function Changes({ server: { slug, onChange, waiting } }: { server: InstalledServer }) {
  const isHeld = onChange === "hold";
  return (
    <>
      {isHeld ? "held until reviewed" : <span class="quiet">shown, with an event</span>}
      {waiting > 0 && (
        <a class="block" href={`/servers/${slug}`}>
          <Badge kind="warn">{counted(waiting, "change")} {isHeld ? "held" : "to review"}</Badge>
        </a>
      )}
    </>
  );
}

function Limits({ limits: { callsPerMinutePerTool, tools } }: Pick<InstalledServer, "limits">) {
  const own = Object.keys(tools).length;
  if (callsPerMinutePerTool === null && own === 0) return <span class="quiet">none</span>;
  const parts = [
    ...callsPerMinutePerTool === null ? [] : [`${callsPerMinutePerTool}/min a tool`],
    ...own === 0 ? [] : [`${counted(own, "tool")} of its own`],
  ];
  return <>{parts.join(", ")}</>;
}
