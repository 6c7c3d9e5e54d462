import { page } from "fresh";
import { readPeople } from "../../../../core/members/read_people.ts";
import { define } from "../../../../define.ts";
import Card from "../../(_components)/Card.tsx";
import DataTable from "../../(_components)/DataTable.tsx";
import EmptyState from "../../(_components)/EmptyState.tsx";
import PageHeader from "../../(_components)/PageHeader.tsx";
import { readTableQuery, tablePage } from "../../(_http)/table_query.ts";
import Names from "../(_components)/Names.tsx";

export const handler = define.handlers({
  async GET({ url, state: { services } }) {
    const people = await services.members.people();
    const table = tablePage(people, readTableQuery(url), {
      search: ({ email }) => [email],
      sort: {
        email: ({ email }) => email,
        tokens: ({ tokens }) => tokens,
        workspaces: ({ workspaces }) => workspaces,
      },
    });
    const rows = await readPeople(services, table.rows);
    return page({ table: { ...table, rows }, count: people.length });
  },
});

export default define.page<typeof handler>(({ data: { table, count }, url }) => (
  <>
    <PageHeader
      title="Members"
      lead="Everybody who has a token with an e-mail address, in whatever workspace. Tokens without one are listed in their workspace."
    />
    {count === 0
      ? (
        <div class="card">
          <EmptyState
            title="Nobody has access yet"
            action={{ title: "Open the workspaces", path: "/workspaces" }}
          >
            <p>
              Who gets a token with an e-mail address in a workspace is a member, and shown here.
            </p>
          </EmptyState>
        </div>
      )
      : (
        <Card id="members" title="People" count={String(count)}>
          <DataTable
            label="Members"
            url={url}
            table={table}
            keyOf={({ email }) => email}
            searchHint="Find by e-mail address"
            columns={[
              {
                title: "Person",
                sort: "email",
                cell: ({ email, names }) => (
                  <span class="title">
                    <a href={`/members/${encodeURIComponent(email)}`}>
                      <strong>{email}</strong>
                    </a>
                    <span class="quiet">{names.join(", ")}</span>
                  </span>
                ),
              },
              {
                title: "Workspaces",
                sort: "workspaces",
                isWide: true,
                cell: ({ slugs }) => <Names names={slugs} none="none any more" />,
              },
              { title: "Tokens", sort: "tokens", isNumber: true, cell: ({ tokens }) => tokens },
            ]}
          />
        </Card>
      )}
  </>
));
