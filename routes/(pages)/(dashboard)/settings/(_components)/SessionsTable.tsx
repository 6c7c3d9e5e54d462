import type { SessionView } from "../../../../../core/admins/session.ts";
import Badge from "../../../(_components)/Badge.tsx";
import DataTable, { type Column } from "../../../(_components)/DataTable.tsx";
import Form from "../../../(_components)/Form.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import { formOf, type FormState } from "../../../(_http)/form_state.ts";
import type { TablePage } from "../../../(_http)/table_query.ts";

interface SessionsTableProps {
  url: URL;
  table: TablePage<SessionView>;
  now: string;
  /** The session that looks. */
  current: string | null;
  form: FormState | null;
}

/** Who is signed in, with a form to end each session. */
export default function SessionsTable({ url, table, now, current, form }: SessionsTableProps) {
  const columns: Column<SessionView>[] = [
    {
      title: "Who",
      sort: "name",
      cell: ({ id, name }) => (
        <>
          <strong>{name}</strong> {id === current && <Badge kind="good">this browser</Badge>}
        </>
      ),
    },
    { title: "Role", sort: "role", cell: ({ role }) => role },
    { title: "By", cell: ({ gitHub }) => gitHub === null ? "a link" : <Rule rule={gitHub.rule} /> },
    {
      title: "Signed in",
      sort: "began",
      cell: ({ beganAt }) => beganAt === null ? "" : <RelativeTime at={beganAt} now={now} />,
    },
    {
      title: "Checked with GitHub",
      isMinor: true,
      cell: ({ gitHub }) =>
        gitHub === null
          ? <span class="quiet">never</span>
          : <RelativeTime at={gitHub.checkedAt} now={now} />,
    },
    {
      title: "Ends",
      sort: "ends",
      cell: ({ expiresAt }) => <RelativeTime at={expiresAt} now={now} />,
    },
    {
      title: "Actions",
      isWide: true,
      cell: ({ id, name }) => (
        <span class="session-ends">
          <Form form={formOf(form, "end", id)} look="inline" label={`End this session of ${name}`}>
            <button type="submit" class="button plain">End session</button>
          </Form>
          <Form
            form={formOf(form, "everywhere", id)}
            look="inline"
            label={`Sign ${name} out everywhere`}
          >
            <button type="submit" class="button plain">Sign out everywhere</button>
          </Form>
        </span>
      ),
    },
  ];
  return (
    <DataTable
      label="Who is signed in"
      url={url}
      table={table}
      columns={columns}
      keyOf={({ id }) => id}
      searchHint="Search by name, role or rule"
    />
  );
}

function Rule({ rule }: { rule: string }) {
  return rule === "AEROSTACK_ADMINS" ? <>the list of admins</> : <code class="wrap">{rule}</code>;
}
