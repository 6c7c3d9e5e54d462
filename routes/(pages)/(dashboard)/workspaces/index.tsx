import { page } from "fresh";
import type { Workspace } from "../../../../core/workspaces/workspace.ts";
import type { Services } from "../../../../core/services.ts";
import { readWorkspaceRows, recentFrom } from "../../../../core/workspaces/read_workspace_rows.ts";
import { define } from "../../../../define.ts";
import Live from "../../../../islands/Live.tsx";
import EmptyState from "../../(_components)/EmptyState.tsx";
import PageHeader from "../../(_components)/PageHeader.tsx";
import { mayOpen } from "../../(_http)/page_rules.ts";
import { readTableQuery, type TableColumns, tablePage } from "../../(_http)/table_query.ts";
import WorkspacesTable from "./(_components)/WorkspacesTable.tsx";

/** Columns that are sorted by what is counted in every workspace. */
const COUNTED = new Set(["servers", "tokens"]);

interface Sortable {
  workspace: Workspace;
  servers: number;
  tokens: number;
}

const COLUMNS: TableColumns<Sortable> = {
  search: ({ workspace: { slug, name } }) => [slug, name],
  sort: {
    name: ({ workspace }) => workspace.name.toLowerCase(),
    servers: ({ servers }) => servers,
    tokens: ({ tokens }) => tokens,
  },
};

export const handler = define.handlers({
  async GET({ url, state: { services } }) {
    const query = readTableQuery(url);
    const all = await services.workspaces.listAll();
    const found = tablePage(await sortable(services, all, query.sort), query, COLUMNS);
    const rows = await readWorkspaceRows(services, found.rows.map(({ workspace }) => workspace));
    const since = recentFrom(services.now()).toISOString().slice(0, 10);
    return page({ count: all.length, table: { ...found, rows }, since });
  },
});

/** Without counts where nothing is sorted by them. */
async function sortable(
  services: Services,
  workspaces: readonly Workspace[],
  sort: string | null,
): Promise<Sortable[]> {
  if (sort === null || !COUNTED.has(sort)) {
    return workspaces.map((workspace) => ({ workspace, servers: 0, tokens: 0 }));
  }
  const ids = workspaces.map(({ id }) => id);
  const summaries = await services.workspaceSummaries.read(ids, services.now());
  return workspaces.map((workspace, at) => {
    const { serverIds, activeTokens } = summaries[at];
    return { workspace, servers: serverIds.length, tokens: activeTokens };
  });
}

export default define.page<typeof handler>(({ data: { count, table, since }, state, url }) => {
  const mayAdd = mayOpen(state.admin, "/add/workspace");
  return (
    <>
      <PageHeader
        title="Workspaces"
        beside={<Live topics={["changes"]} />}
        lead="A workspace is one address with the servers behind it, and its people's tokens."
      >
        {mayAdd && count > 0 && <a class="button" href="/add/workspace">Add a workspace</a>}
      </PageHeader>
      <section class="card untitled" aria-label="Workspaces">
        {count === 0
          ? (
            <div data-live="workspaces">
              <EmptyState
                title="No workspaces yet"
                action={mayAdd ? { title: "Add a workspace", path: "/add/workspace" } : undefined}
              >
                <p>
                  Group the servers that a team needs. Everybody in it gets one URL and one token,
                  and nobody holds a key of a server.
                </p>
              </EmptyState>
            </div>
          )
          : <WorkspacesTable url={url} table={table} since={since} />}
      </section>
    </>
  );
});
