import { type Context, page } from "fresh";
import type { CreatedAdminToken } from "../../../../core/admins/admin.ts";
import { MAX_ADMIN_TOKENS } from "../../../../core/admins/admin_token_store.ts";
import { viewAdminToken } from "../../../../core/admins/create_admin_token.ts";
import { define, type State } from "../../../../define.ts";
import Card from "../../(_components)/Card.tsx";
import EmptyState from "../../(_components)/EmptyState.tsx";
import { answerForm, NOTHING_SENT, type Submitted } from "../../(_http)/answer_form.ts";
import { formOf } from "../../(_http)/form_state.ts";
import { readTableQuery, type TableColumns, tablePage } from "../../(_http)/table_query.ts";
import SettingsFrame from "../(_components)/SettingsFrame.tsx";
import AdminTokenForm from "./(_components)/AdminTokenForm.tsx";
import AdminTokensTable from "./(_components)/AdminTokensTable.tsx";
import NewAdminToken from "./(_components)/NewAdminToken.tsx";
import { TOKEN_INTENTS } from "./(_forms)/token_intents.ts";

type Row = ReturnType<typeof viewAdminToken>;

const COLUMNS: TableColumns<Row> = {
  search: ({ name, role, id }) => [name, role, id],
  sort: {
    name: ({ name }) => name,
    role: ({ role }) => role,
    created: ({ createdAt }) => createdAt,
    expires: ({ expiresAt }) => expiresAt,
  },
};

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, TOKEN_INTENTS, (submitted) => show(ctx, submitted)),
});

/** A new token is in this one answer: in no address, and in no store. */
async function show(
  { url, state: { services, admin } }: Context<State>,
  { form, shown, status }: Submitted<CreatedAdminToken>,
) {
  const { items } = await services.admins.tokens.list({ limit: MAX_ADMIN_TOKENS, cursor: null });
  const tokens = items.map(viewAdminToken).sort((a, b) => a.createdAt < b.createdAt ? 1 : -1);
  const data = {
    form,
    created: shown,
    total: tokens.length,
    table: tablePage(tokens, readTableQuery(url), COLUMNS),
    isOwner: admin?.role === "owner",
    now: services.now().toISOString(),
    publicUrl: services.config.publicUrl,
  };
  return page(data, { status });
}

export default define.page<typeof handler>(({ data, state: { admin }, url }) => {
  const { form, created, total, table, isOwner, now, publicUrl } = data;
  return (
    <SettingsFrame
      admin={admin}
      current="/settings/tokens"
      lead={
        <>
          The <code>aerostack</code>{" "}
          command manages servers, secrets, workspaces and tokens. It needs an admin's token, which
          is shown once.
        </>
      }
    >
      {created !== null && <NewAdminToken created={created} url={publicUrl} />}
      {isOwner && (
        <Card id="make" title={created === null ? "Make a CLI token" : "Make another"}>
          <AdminTokenForm form={formOf(form, "make")} />
        </Card>
      )}
      {total === 0
        ? (
          <EmptyState title="There is no CLI token yet">
            <p>
              {isOwner
                ? "Make one above, and log in with it on the command line."
                : "An owner can make one here."}
            </p>
          </EmptyState>
        )
        : (
          <Card id="admin-tokens" title="CLI tokens" count={String(total)}>
            <AdminTokensTable url={url} table={table} now={now} mayRevoke={isOwner} form={form} />
          </Card>
        )}
    </SettingsFrame>
  );
});
