import type { AdminTokenView } from "../../../../../core/admins/admin.ts";
import Badge from "../../../(_components)/Badge.tsx";
import ConfirmForm from "../../../(_components)/ConfirmForm.tsx";
import DataTable, { type Column } from "../../../(_components)/DataTable.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import { formOf, type FormState } from "../../../(_http)/form_state.ts";
import type { TablePage } from "../../../(_http)/table_query.ts";

interface AdminTokensTableProps {
  url: URL;
  table: TablePage<AdminTokenView>;
  now: string;
  /** Whether who looks may revoke them, and what they sent just now. */
  mayRevoke: boolean;
  form: FormState | null;
}

/** The admins' tokens, with a form to revoke each. */
export default function AdminTokensTable(props: AdminTokensTableProps) {
  const { url, table, now, mayRevoke, form } = props;
  const columns: Column<AdminTokenView>[] = [
    { title: "For", sort: "name", cell: ({ name }) => <strong>{name}</strong> },
    { title: "Token", cell: ({ visibleStart }) => <code>{visibleStart}…</code> },
    { title: "Role", sort: "role", cell: ({ role }) => role },
    {
      title: "Created",
      sort: "created",
      cell: ({ createdAt }) => <RelativeTime at={createdAt} now={now} />,
    },
    {
      title: "Expires",
      sort: "expires",
      cell: ({ expiresAt }) => <Expiry expiresAt={expiresAt} now={now} />,
    },
    { title: "Id", isWide: true, isMinor: true, cell: ({ id }) => <code class="wrap">{id}</code> },
  ];
  const revoke: Column<AdminTokenView> = {
    title: "Revoke",
    isWide: true,
    cell: (token) => <Revoke token={token} form={form} />,
  };
  return (
    <DataTable
      label="CLI tokens"
      url={url}
      table={table}
      columns={mayRevoke ? [...columns, revoke] : columns}
      keyOf={({ id }) => id}
      isOver={({ expiresAt }) => isExpired(expiresAt, now)}
      searchHint="Search by name, role or id"
    />
  );
}

function Revoke({ token: { id, name }, form }: { token: AdminTokenView; form: FormState | null }) {
  return (
    <ConfirmForm form={formOf(form, "revoke", id)} title="Revoke" word={name}>
      <p>What uses “{name}” is refused from its next request on. This cannot be undone.</p>
    </ConfirmForm>
  );
}

function Expiry({ expiresAt, now }: { expiresAt: string | null; now: string }) {
  if (expiresAt === null) return <span class="quiet">never</span>;
  if (isExpired(expiresAt, now)) return <Badge kind="neutral">expired</Badge>;
  return <RelativeTime at={expiresAt} now={now} />;
}

function isExpired(expiresAt: string | null, now: string): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= Date.parse(now);
}
