import { page } from "fresh";
import { isAtLeast } from "../../../../core/admins/role.ts";
import { countInstalls, listServerRows } from "../../../../core/servers/list_server_rows.ts";
import { define } from "../../../../define.ts";
import Live from "../../../../islands/Live.tsx";
import Card from "../../(_components)/Card.tsx";
import EmptyState from "../../(_components)/EmptyState.tsx";
import PageHeader from "../../(_components)/PageHeader.tsx";
import { readTableQuery, tablePage } from "../../(_http)/table_query.ts";
import ServersTable from "./(_components)/ServersTable.tsx";
import { SERVER_COLUMNS } from "./(_components)/server_columns.ts";

const ADD = { title: "Add External MCP", path: "/add/server" };

export const handler = define.handlers({
  async GET({ state: { services, admin }, url }) {
    const rows = await listServerRows(services);
    const table = tablePage(rows, readTableQuery(url), SERVER_COLUMNS);
    const installs = await countInstalls(services, table.rows);
    const mayAdd = admin !== null && isAtLeast(admin.role, "admin");
    return page({ total: rows.length, table, installs, mayAdd });
  },
});

export default define.page<typeof handler>(({ data, url }) => {
  const { total, table, installs, mayAdd } = data;
  return (
    <>
      <PageHeader
        title="MCP Servers"
        lead="The servers that this gateway stands in front of. Their secrets stay here."
        beside={<Live topics={["servers", "changes"]} />}
      >
        {mayAdd && <a class="button" href={ADD.path}>{ADD.title}</a>}
      </PageHeader>
      {total === 0
        ? (
          <Card id="servers" title="No server yet">
            <EmptyState title="Add the first MCP server" action={mayAdd ? ADD : undefined}>
              <p>
                Give a server that runs somewhere a name and its URL. The gateway tries it while you
                type, keeps its API keys, and shows it to whomever you let in.
              </p>
              {!mayAdd && <p>Your role may look; ask an admin to add one.</p>}
            </EmptyState>
          </Card>
        )
        : (
          <Card id="servers" title="Servers" count={String(total)}>
            <ServersTable url={url} table={table} installs={installs} />
          </Card>
        )}
    </>
  );
});
