import type { ServerId } from "../../../../../core/ids.ts";
import type { ServerRow } from "../../../../../core/servers/server_row.ts";
import Badge from "../../../(_components)/Badge.tsx";
import DataTable, { type Column } from "../../../(_components)/DataTable.tsx";
import type { TablePage } from "../../../(_http)/table_query.ts";
import { spokenEras, spokenTransport, stateOf } from "./server_words.ts";

interface ServersTableProps {
  url: URL;
  table: TablePage<ServerRow>;
  /** In how many workspaces each of the rows is. */
  installs: ReadonlyMap<ServerId, number>;
}

/** The servers with how they do, and what waits at them. */
export default function ServersTable({ url, table, installs }: ServersTableProps) {
  const columns: Column<ServerRow>[] = [
    { title: "Server", sort: "name", cell: NameCell },
    { title: "State", sort: "state", cell: StateCell },
    {
      title: "Address",
      sort: "url",
      isWide: true,
      cell: ({ url }) => <code class="wrap">{url}</code>,
    },
    { title: "Tools", sort: "tools", isNumber: true, cell: ({ tools }) => tools ?? <Unknown /> },
    {
      title: "Workspaces",
      isNumber: true,
      cell: ({ slug, id }) => <a href={`/servers/${slug}/installs`}>{installs.get(id) ?? 0}</a>,
    },
    { title: "Changes", sort: "changes", cell: ChangesCell },
  ];
  return (
    <DataTable
      live="servers"
      label="Servers"
      url={url}
      table={table}
      columns={columns}
      keyOf={({ id }) => id}
      isOver={({ disabled }) => disabled !== null}
      searchHint="Search by name, address, state or era"
    />
  );
}

function NameCell({ slug, name }: ServerRow) {
  return (
    <div class="title">
      <a class="strong" href={`/servers/${slug}`}>{name}</a>
      {name !== slug && <code class="quiet">{slug}</code>}
    </div>
  );
}

function StateCell({ disabled, health }: ServerRow) {
  const { kind, word } = stateOf({ disabled, health });
  const spoken = [spokenEras(health), spokenTransport(health)].filter((text) => text !== "");
  return (
    <div class="title">
      <span title={health.breaker?.lastError}>
        <Badge kind={kind}>{word}</Badge>
      </span>
      {spoken.length > 0 && <span class="quiet">{spoken.join(", ")}</span>}
    </div>
  );
}

function ChangesCell({ slug, changesWaiting }: ServerRow) {
  if (changesWaiting === 0) return <span class="quiet">none</span>;
  return (
    <a href={`/servers/${slug}`}>
      <Badge kind="warn">{changesWaiting} waiting</Badge>
    </a>
  );
}

/** Nobody has listed them yet. */
function Unknown() {
  return <span class="quiet" title="Nobody has listed them yet">–</span>;
}
