import type { LastCall } from "../../../../../core/overview/overview.ts";
import { describePolicy } from "../../../../../core/policies/tool_policy.ts";
import type { TokenView } from "../../../../../core/tokens/token.ts";
import DataTable from "../../../(_components)/DataTable.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import type { TablePage } from "../../../(_http)/table_query.ts";
import ExpiryCell from "./ExpiryCell.tsx";
import LastCallCell from "./LastCallCell.tsx";
import TokenBadge from "./TokenBadge.tsx";

interface TokensTableProps {
  url: URL;
  /** The page of the workspace. */
  base: string;
  table: TablePage<TokenView>;
  lastCallOf(token: TokenView): LastCall;
  now: string;
}

/** The tokens of a workspace; those that are over are shown quietly. */
export default function TokensTable({ url, base, table, lastCallOf, now }: TokensTableProps) {
  return (
    <DataTable
      label="Tokens"
      url={url}
      table={table}
      live="tokens-rows"
      keyOf={({ id }) => id}
      isOver={({ status }) => status !== "active"}
      searchHint="Find by name, e-mail or start"
      kept={["status"]}
      none="No token is like this."
      columns={[
        {
          title: "Person",
          sort: "name",
          cell: ({ id, name, email }) => (
            <span class="title">
              <a href={`${base}/tokens/${id}`}>
                <strong>{name}</strong>
              </a>
              {email !== null && <span class="quiet">{email}</span>}
            </span>
          ),
        },
        { title: "Token", cell: ({ visibleStart }) => <code>{visibleStart}…</code> },
        { title: "Status", sort: "status", cell: (token) => <TokenBadge status={token.status} /> },
        {
          title: "Created",
          isMinor: true,
          sort: "created",
          cell: ({ createdAt }) => <RelativeTime at={createdAt} now={now} />,
        },
        {
          title: "Expires",
          sort: "expires",
          cell: ({ expiresAt }) => <ExpiryCell expiresAt={expiresAt} now={now} />,
        },
        {
          title: "Last call",
          cell: (token) => <LastCallCell lastCall={lastCallOf(token)} now={now} />,
        },
        { title: "May use", cell: (token) => <Allowed token={token} /> },
      ]}
    />
  );
}

/** What a token shows, in few words. */
function Allowed({ token: { policy, limits } }: { token: TokenView }) {
  const isLimited = Object.values(limits).some((limit) => limit !== null);
  if (policy === null && !isLimited) return <span class="quiet">all of the workspace</span>;
  return (
    <span class="policy-words">
      {policy !== null && describePolicy(policy)}
      {isLimited && <span class="quiet">limited</span>}
    </span>
  );
}
