import { page } from "fresh";
import { isAtLeast } from "../../../../../../core/admins/role.ts";
import { lastCallOf, readTokenUse } from "../../../../../../core/overview/read_token_use.ts";
import type { TokenView } from "../../../../../../core/tokens/token.ts";
import { viewToken } from "../../../../../../core/tokens/view_token.ts";
import { findWorkspace } from "../../../../../../core/workspaces/find_workspace.ts";
import { viewWorkspace } from "../../../../../../core/workspaces/view_workspace.ts";
import { define } from "../../../../../../define.ts";
import Card from "../../../../(_components)/Card.tsx";
import EmptyState from "../../../../(_components)/EmptyState.tsx";
import { readTableQuery, tablePage } from "../../../../(_http)/table_query.ts";
import FilterLinks from "../../../(_components)/people/FilterLinks.tsx";
import TokensTable from "../../../(_components)/people/TokensTable.tsx";
import WorkspaceFrame from "../../../(_components)/WorkspaceFrame.tsx";

const STATUSES = ["active", "expired", "revoked"] as const;

export const handler = define.handlers({
  async GET({ url, params, state: { services, admin } }) {
    const found = await findWorkspace(services, params.slug);
    const [workspace, all, use] = await Promise.all([
      viewWorkspace(services, found),
      services.tokenLists.list(found.id),
      readTokenUse(services, [found]),
    ]);

    const now = services.now();
    const tokens = all.filter(({ playground }) => playground === undefined)
      .map((token) => viewToken(token, now)).sort(byUse);
    const wanted = url.searchParams.get("status");
    const status = STATUSES.find((one) => one === wanted) ?? null;
    return page({
      workspace,
      status,
      filters: [
        { value: null, title: "All", count: tokens.length },
        ...STATUSES.map((value) => ({
          value,
          title: `${value[0].toUpperCase()}${value.slice(1)}`,
          count: tokens.filter((token) => token.status === value).length,
        })),
      ],
      table: tablePage(
        status === null ? tokens : tokens.filter((token) => token.status === status),
        readTableQuery(url),
        {
          search: ({ name, email, visibleStart, id }) => [name, email, visibleStart, id],
          sort: {
            name: ({ name }) => name,
            status: (token) => STATUSES.indexOf(token.status),
            created: ({ createdAt }) => createdAt,
            expires: ({ expiresAt }) => expiresAt ?? "9999",
          },
        },
      ),
      use: use.get(found.id),
      mayChange: admin !== null && isAtLeast(admin.role, "admin"),
      now: now.toISOString(),
    });
  },
});

/** Those that work come first, and of those the newest. */
function byUse(a: TokenView, b: TokenView): number {
  const order = STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status);
  return order || (a.createdAt < b.createdAt ? 1 : -1);
}

export default define.page<typeof handler>(({ data, url }) => {
  const { workspace, status, filters, table, use, mayChange, now } = data;
  const base = `/workspaces/${workspace.slug}`;
  const isEmpty = filters[0].count === 0;
  return (
    <WorkspaceFrame
      workspace={workspace}
      pathname={url.pathname}
      topics={["changes", `calls:${workspace.slug}`]}
    >
      {isEmpty
        ? (
          <div class="card">
            <EmptyState
              title="Nobody has a token yet"
              action={mayChange
                ? { title: "Create a token", path: `${base}/tokens/new` }
                : undefined}
            >
              <p>
                A token is one person's key to this workspace. Their editor sends it with every
                request, and it is revoked on its own.
              </p>
            </EmptyState>
          </div>
        )
        : (
          <Card id="tokens" title="Tokens">
            <div class="list-head">
              <FilterLinks
                label="Tokens by status"
                url={url}
                param="status"
                filters={filters}
                current={status}
              />
              {mayChange && (
                <a class="button" data-new="" href={`${base}/tokens/new`}>Create a token</a>
              )}
            </div>
            <TokensTable
              url={url}
              base={base}
              table={table}
              lastCallOf={(token) => lastCallOf(use, token)}
              now={now}
            />
          </Card>
        )}
    </WorkspaceFrame>
  );
});
