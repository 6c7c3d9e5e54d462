import { type Context, page } from "fresh";
import { isAtLeast } from "../../../../../core/admins/role.ts";
import { findServer } from "../../../../../core/servers/find_server.ts";
import { viewServer } from "../../../../../core/servers/view_server.ts";
import { listInstallsOf } from "../../../../../core/workspaces/list_installs.ts";
import { define, type State } from "../../../../../define.ts";
import Card from "../../../(_components)/Card.tsx";
import EmptyState from "../../../(_components)/EmptyState.tsx";
import { answerForm, NOTHING_SENT, type Submitted } from "../../../(_http)/answer_form.ts";
import { formOf } from "../../../(_http)/form_state.ts";
import { readTableQuery, tablePage } from "../../../(_http)/table_query.ts";
import ServerFrame from "../../(_components)/ServerFrame.tsx";
import InstallCard from "./(_components)/InstallCard.tsx";
import InstallsTable, { INSTALL_COLUMNS } from "./(_components)/InstallsTable.tsx";
import { SERVER_INSTALLS } from "./(_forms)/server_installs.ts";

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, SERVER_INSTALLS, (submitted) => show(ctx, submitted)),
});

async function show(
  { params: { slug }, url, state: { services, admin } }: Context<State>,
  { form, status }: Submitted<never>,
) {
  const found = await findServer(services, slug);
  const mayChange = admin !== null && isAtLeast(admin.role, "admin");
  const [server, installs, workspaces] = await Promise.all([
    viewServer(services, found),
    listInstallsOf(services, found.id),
    mayChange ? services.workspaces.listAll() : [],
  ]);
  const table = tablePage(installs, readTableQuery(url), INSTALL_COLUMNS);
  const taken = new Set(installs.map(({ workspace }) => workspace.id));
  const others = workspaces.filter(({ id }) => !taken.has(id));
  const now = services.now().toISOString();
  return page({ server, table, total: installs.length, others, form, mayChange, now }, { status });
}

export default define.page<typeof handler>(({ data, url }) => {
  const { server, table, total, others, form, mayChange, now } = data;
  return (
    <ServerFrame server={server} pathname={url.pathname}>
      {form !== null && form.intent !== "install" && form.problem !== null && (
        <p class="problem form-problem" role="alert">{form.problem}</p>
      )}
      {total === 0
        ? (
          <Card id="installs" title="Installed in">
            <EmptyState title="Nobody can call it yet">
              <p>
                A server is called by the members of the workspaces that it is installed in. It is
                in none.
              </p>
            </EmptyState>
          </Card>
        )
        : (
          <Card id="installs" title="Installed in" count={String(total)}>
            <InstallsTable url={url} table={table} mayChange={mayChange} now={now} />
          </Card>
        )}
      {mayChange && <InstallCard form={formOf(form, "install")} workspaces={others} />}
    </ServerFrame>
  );
});
