import { grouped } from "../../../../../core/calls/spoken_figures.ts";
import { ROW_DAYS, type WorkspaceRow } from "../../../../../core/workspaces/read_workspace_rows.ts";
import { workspacePath } from "../../../../../core/workspaces/workspace_address.ts";
import Badge from "../../../(_components)/Badge.tsx";
import CopyButton from "../../../(_components)/CopyButton.tsx";
import DataTable, { type Column } from "../../../(_components)/DataTable.tsx";
import type { TablePage } from "../../../(_http)/table_query.ts";
import Names from "../../(_components)/Names.tsx";
import Title from "../../(_components)/Title.tsx";

interface WorkspacesTableProps {
  url: URL;
  table: TablePage<WorkspaceRow>;
  /** Since when calls are counted: `2026-11-21`. */
  since: string;
}

/** The workspaces, with what they are connected by and how they are used. */
export default function WorkspacesTable({ url, table, since }: WorkspacesTableProps) {
  const columns: Column<WorkspaceRow>[] = [
    {
      title: "Workspace",
      sort: "name",
      cell: ({ slug, name, disabledAt }) => (
        <>
          <a class="row-link" href={`/workspaces/${slug}`}>
            <Title name={name} detail={slug} />
          </a>
          {disabledAt !== null && <Badge kind="bad">disabled</Badge>}
        </>
      ),
    },
    { title: "URL for editors", isWide: true, cell: (row) => <Address row={row} /> },
    {
      title: "Servers",
      sort: "servers",
      isWide: true,
      cell: ({ servers }) => <Names names={servers} none="none" />,
    },
    {
      title: "Active tokens",
      sort: "tokens",
      isNumber: true,
      cell: ({ slug, activeTokens }) => (
        <a href={`/workspaces/${slug}/tokens`}>{grouped(activeTokens)}</a>
      ),
    },
    {
      title: `Calls, ${ROW_DAYS} days`,
      isNumber: true,
      cell: ({ slug, recentCalls }) => (
        <a href={`/analytics?workspace=${slug}&from=${since}`}>{grouped(recentCalls)}</a>
      ),
    },
  ];
  return (
    <DataTable
      label="Workspaces"
      url={url}
      table={table}
      columns={columns}
      keyOf={({ id }) => id}
      isOver={({ disabledAt }) => disabledAt !== null}
      live="workspaces"
      searchHint="Search by name or slug"
    />
  );
}

/** The path tells workspaces apart; the whole URL is copied, and stands on the workspace's page. */
function Address({ row: { slug, name, url } }: { row: WorkspaceRow }) {
  return (
    <span class="command address" title={url}>
      <code>{workspacePath(slug)}</code>
      <CopyButton text={url} label={`the URL of ${name}`} />
    </span>
  );
}
