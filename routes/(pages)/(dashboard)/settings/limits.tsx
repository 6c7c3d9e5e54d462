import { page } from "fresh";
import { DEFAULT_RETENTION_DAYS } from "../../../../core/calls/retention.ts";
import { grouped } from "../../../../core/calls/spoken_figures.ts";
import { DEFAULT_MAX_CONCURRENT, type Server } from "../../../../core/servers/server.ts";
import type { Workspace } from "../../../../core/workspaces/workspace.ts";
import { define } from "../../../../define.ts";
import DataTable, { type Column } from "../../(_components)/DataTable.tsx";
import EmptyState from "../../(_components)/EmptyState.tsx";
import { readTableQuery, type TableColumns, tablePage } from "../../(_http)/table_query.ts";
import SettingsFrame from "../(_components)/SettingsFrame.tsx";
import Title from "../(_components)/Title.tsx";
import { LIMIT_WORDS } from "../workspaces/(_components)/limit_words.ts";

/** A limit that differs from what holds without it. */
interface LimitRow {
  kind: "Workspace" | "Server";
  slug: string;
  name: string;
  limit: string;
  value: number;
  unless: string;
  /** Where it is changed. */
  path: string;
}

const TABLE: TableColumns<LimitRow> = {
  search: ({ kind, slug, name, limit }) => [kind, slug, name, limit],
  sort: {
    name: ({ name }) => name.toLowerCase(),
    limit: ({ limit }) => limit,
    value: ({ value }) => value,
  },
};

export const handler = define.handlers({
  async GET({ url, state: { services } }) {
    const [workspaces, servers] = await Promise.all([
      services.workspaces.listAll(),
      services.servers.listAll(),
    ]);
    const rows = [...workspaces.flatMap(limitsOfWorkspace), ...servers.flatMap(limitsOfServer)];
    return page({ count: rows.length, table: tablePage(rows, readTableQuery(url), TABLE) });
  },
});

function limitsOfWorkspace({ slug, name, limits, retentionDays }: Workspace): LimitRow[] {
  const of = { kind: "Workspace", slug, name } as const;
  const path = `/workspaces/${slug}/settings`;
  const own = LIMIT_WORDS.flatMap(({ name, label }) => {
    const value = limits[name];
    if (value === null) return [];
    return [{ ...of, limit: label, value, unless: "no limit", path: `${path}#limits` }];
  });
  if (retentionDays === DEFAULT_RETENTION_DAYS) return own;
  return [...own, {
    ...of,
    limit: "Days that calls are kept",
    value: retentionDays,
    unless: String(DEFAULT_RETENTION_DAYS),
    path: `${path}#retention`,
  }];
}

function limitsOfServer({ slug, name, maxConcurrent }: Server): LimitRow[] {
  if (maxConcurrent === DEFAULT_MAX_CONCURRENT) return [];
  return [{
    kind: "Server",
    slug,
    name,
    limit: "Calls at once, of each process",
    value: maxConcurrent,
    unless: String(DEFAULT_MAX_CONCURRENT),
    path: `/servers/${slug}/settings`,
  }];
}

const COLUMNS: Column<LimitRow>[] = [
  {
    title: "Where",
    sort: "name",
    cell: ({ kind, slug, name, path }) => (
      <a class="row-link" href={path}>
        <Title name={name} detail={`${kind.toLowerCase()} ${slug}`} />
      </a>
    ),
  },
  { title: "Limit", sort: "limit", cell: ({ limit }) => limit },
  { title: "Is", sort: "value", isNumber: true, cell: ({ value }) => grouped(value) },
  { title: "Unless said", isNumber: true, cell: ({ unless }) => unless },
  {
    title: "Change",
    cell: ({ path, name, limit }) => (
      <a href={path} aria-label={`Change ${limit} of ${name}`}>Change</a>
    ),
  },
];

export default define.page<typeof handler>(({ data: { count, table }, state: { admin }, url }) => (
  <SettingsFrame
    admin={admin}
    current="/settings/limits"
    lead="Limits of workspaces and servers that differ from what holds without them. Single tools
      have theirs where a server is installed, and people at their tokens."
  >
    <section class="card untitled" aria-label="Limits">
      {count === 0
        ? (
          <EmptyState title="Nothing is limited yet">
            <p>
              A workspace can be limited in requests a minute and calls at once, for all of its
              tokens or each: in its settings. A server is called at most {DEFAULT_MAX_CONCURRENT}
              {" "}
              times at once, unless its settings say otherwise.
            </p>
          </EmptyState>
        )
        : (
          <DataTable
            label="Limits"
            url={url}
            table={table}
            columns={COLUMNS}
            keyOf={({ path, limit }) => `${path} ${limit}`}
            searchHint="Search by name, slug or limit"
          />
        )}
    </section>
  </SettingsFrame>
));
