import { describePolicy } from "../../../../../../core/policies/tool_policy.ts";
import type { InstallLimits } from "../../../../../../core/limits/limits.ts";
import type { ServerInstall } from "../../../../../../core/workspaces/list_installs.ts";
import Badge from "../../../../(_components)/Badge.tsx";
import DataTable, { type Column } from "../../../../(_components)/DataTable.tsx";
import Form from "../../../../(_components)/Form.tsx";
import RelativeTime from "../../../../(_components)/RelativeTime.tsx";
import { formOf } from "../../../../(_http)/form_state.ts";
import type { TableColumns, TablePage } from "../../../../(_http)/table_query.ts";

/** What the installs of a server are searched in and sorted by. */
export const INSTALL_COLUMNS: TableColumns<ServerInstall> = {
  search: ({ workspace, install }) => [
    workspace.slug,
    workspace.name,
    describePolicy(install.policy),
    install.onChange,
  ],
  sort: {
    workspace: ({ workspace }) => workspace.name.toLowerCase(),
    installed: ({ install }) => install.installedAt,
    onChange: ({ install }) => install.onChange,
  },
};

interface InstallsTableProps {
  url: URL;
  table: TablePage<ServerInstall>;
  mayChange: boolean;
  now: string;
}

/** The workspaces of a server: what each shows of it, and the way out of it. */
export default function InstallsTable(props: InstallsTableProps) {
  const { url, table, mayChange, now } = props;
  const columns: Column<ServerInstall>[] = [
    { title: "Workspace", sort: "workspace", cell: WorkspaceCell },
    { title: "Shows", isWide: true, cell: PolicyCell },
    { title: "When a tool changes", sort: "onChange", cell: OnChangeCell },
    { title: "Calls a minute", cell: ({ install }) => spokenLimits(install.limits) },
    {
      title: "Since",
      sort: "installed",
      cell: ({ install }) => <RelativeTime at={install.installedAt} now={now} />,
    },
    ...(mayChange ? [{ title: "Actions", cell: UninstallForm }] : []),
  ];
  return (
    <DataTable
      label="Workspaces of this server"
      url={url}
      table={table}
      columns={columns}
      keyOf={({ workspace }) => workspace.id}
      isOver={({ workspace }) => workspace.disabledAt !== null}
      searchHint="Search by workspace or policy"
      live="installs"
    />
  );
}

function WorkspaceCell({ workspace: { slug, name, disabledAt } }: ServerInstall) {
  return (
    <div class="title">
      <a class="strong" href={`/workspaces/${slug}`}>{name}</a>
      {name !== slug && <code class="quiet">{slug}</code>}
      {disabledAt !== null && <Badge kind="neutral">disabled</Badge>}
    </div>
  );
}

function PolicyCell({ install: { policy } }: ServerInstall) {
  if (policy === null) return <span class="quiet">everything</span>;
  return <span class="wrap">{describePolicy(policy)}</span>;
}

function OnChangeCell({ install: { onChange } }: ServerInstall) {
  return onChange === "hold"
    ? <span title="It is not shown until an admin approves">held</span>
    : <span class="quiet" title="It is shown, and an event says so">noted</span>;
}

function spokenLimits({ callsPerMinutePerTool, tools }: InstallLimits) {
  const own = Object.keys(tools).length;
  if (callsPerMinutePerTool === null && own === 0) return <span class="quiet">no limit</span>;
  const every = callsPerMinutePerTool === null ? "no limit" : `${callsPerMinutePerTool} each tool`;
  return own === 0 ? every : `${every}; ${own} of their own`;
}

function UninstallForm({ workspace: { slug } }: ServerInstall) {
  return (
    <Form form={formOf(null, "uninstall", slug)} look="inline" label={`Uninstall from ${slug}`}>
      <input type="hidden" name="workspace" value={slug} />
      <button type="submit" class="button plain">Uninstall</button>
    </Form>
  );
}
