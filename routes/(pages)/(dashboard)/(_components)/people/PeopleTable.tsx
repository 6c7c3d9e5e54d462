import type { OwnState } from "../../../../../core/members/read_wanted_secrets.ts";
import type { LastCall } from "../../../../../core/overview/overview.ts";
import type { TokenView } from "../../../../../core/tokens/token.ts";
import Badge from "../../../(_components)/Badge.tsx";
import DataTable from "../../../(_components)/DataTable.tsx";
import type { TablePage } from "../../../(_http)/table_query.ts";
import LastCallCell from "./LastCallCell.tsx";

/** So many tokens of one person stand in a cell. */
const MAX_TOKENS = 3;

/** A member as the table shows them. */
interface PersonRow {
  member: string;
  name: string;
  email: string | null;
  tokens: TokenView[];
  active: number;
  lastCall: LastCall;
  secrets: OwnState[];
}

interface PeopleTableProps {
  url: URL;
  /** The page of the workspace. */
  base: string;
  table: TablePage<PersonRow>;
  /** Whether a server of the workspace has secrets that each member sets. */
  wantsSecrets: boolean;
  now: string;
}

/** The people of a workspace, with what they have there. */
export default function PeopleTable({ url, base, table, wantsSecrets, now }: PeopleTableProps) {
  return (
    <DataTable
      label="Members"
      url={url}
      table={table}
      live="people-rows"
      keyOf={({ member }) => member}
      isOver={({ active }) => active === 0}
      searchHint="Find by name, e-mail or token"
      columns={[
        { title: "Person", sort: "name", cell: (person) => <Who person={person} /> },
        {
          title: "Tokens",
          sort: "tokens",
          cell: ({ tokens }) => <TokenLinks tokens={tokens} base={base} />,
        },
        {
          title: "Last call",
          cell: ({ lastCall }) => <LastCallCell lastCall={lastCall} now={now} />,
        },
        ...wantsSecrets
          ? [{
            title: "Their own secrets",
            isWide: true,
            cell: ({ secrets }: PersonRow) => <OwnSecrets secrets={secrets} />,
          }]
          : [],
      ]}
    />
  );
}

function Who({ person: { name, email } }: { person: PersonRow }) {
  return (
    <span class="title">
      <strong>{name}</strong>
      <span class="quiet">
        {email === null
          ? "no e-mail address"
          : <a href={`/members/${encodeURIComponent(email)}`}>{email}</a>}
      </span>
    </span>
  );
}

function TokenLinks({ tokens, base }: { tokens: readonly TokenView[]; base: string }) {
  const rest = tokens.length - MAX_TOKENS;
  return (
    <ul class="token-links">
      {tokens.slice(0, MAX_TOKENS).map(({ id, visibleStart, status }) => (
        <li key={id}>
          <a href={`${base}/tokens/${id}`}>
            <code>{visibleStart}…</code>
          </a>
          {status !== "active" && <span class="quiet">{status}</span>}
        </li>
      ))}
      {rest > 0 && <li class="quiet">and {rest} more</li>}
    </ul>
  );
}

/** Which secrets that each member sets this one has set; a missing one stops the server's calls. */
function OwnSecrets({ secrets }: { secrets: readonly OwnState[] }) {
  return (
    <ul class="own-states">
      {secrets.map(({ server, name, isSet, hasShared }) => (
        <li key={`${server} ${name}`}>
          <Badge kind={isSet ? "good" : hasShared ? "neutral" : "warn"}>
            {isSet ? "set" : hasShared ? "shared one" : "missing"}
          </Badge>{" "}
          <code>{server}</code> <span class="quiet">{name}</span>
        </li>
      ))}
    </ul>
  );
}
