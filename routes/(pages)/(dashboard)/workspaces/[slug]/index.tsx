import { type Context, page } from "fresh";
import { findWorkspace } from "../../../../../core/workspaces/find_workspace.ts";
import { readChangesWaiting } from "../../../../../core/workspaces/read_changes_waiting.ts";
import { viewWorkspace } from "../../../../../core/workspaces/view_workspace.ts";
import type { WorkspaceView } from "../../../../../core/workspaces/workspace.ts";
import { isAtLeast } from "../../../../../core/admins/role.ts";
import type { Services } from "../../../../../core/services.ts";
import { define, type State } from "../../../../../define.ts";
import Card from "../../../(_components)/Card.tsx";
import EmptyState from "../../../(_components)/EmptyState.tsx";
import SentProblem from "../../../(_components)/SentProblem.tsx";
import type { Option } from "../../../(_components)/Fields.tsx";
import { answerForm, NOTHING_SENT, type Submitted } from "../../../(_http)/answer_form.ts";
import { formOf } from "../../../(_http)/form_state.ts";
import { mayOpen } from "../../../(_http)/page_rules.ts";
import { readTableQuery, type TableColumns, tablePage } from "../../../(_http)/table_query.ts";
import WorkspaceFrame from "../../(_components)/WorkspaceFrame.tsx";
import InstallForm from "../(_components)/InstallForm.tsx";
import InstallsTable, { type InstalledServer } from "../(_components)/InstallsTable.tsx";
import { serversIntents } from "../(_forms)/install_intents.ts";

const COLUMNS: TableColumns<WorkspaceView["servers"][number]> = {
  search: ({ slug, name }) => [slug, name],
  sort: {
    name: ({ name }) => name.toLowerCase(),
    installed: ({ installedAt }) => installedAt,
  },
};

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) =>
    answerForm(ctx, serversIntents(ctx.params.slug), (submitted) => show(ctx, submitted)),
});

async function show(
  { params, url, state: { services, admin } }: Context<State>,
  { form, status }: Submitted<never>,
) {
  const view = await viewWorkspace(services, await findWorkspace(services, params.slug));
  const found = tablePage(view.servers, readTableQuery(url), COLUMNS);
  const mayChange = admin !== null && isAtLeast(admin.role, "admin");
  const [waiting, offered] = await Promise.all([
    readChangesWaiting(services, found.rows.map(({ slug }) => slug)),
    mayChange ? serversToInstall(services, view) : [],
  ]);
  const rows = found.rows.map((server): InstalledServer => {
    return { ...server, waiting: waiting.get(server.slug) ?? 0 };
  });
  const now = services.now().toISOString();
  return page({ view, table: { ...found, rows }, offered, form, mayChange, now }, { status });
}

async function serversToInstall(services: Services, view: WorkspaceView): Promise<Option[]> {
  const installed = new Set(view.servers.map(({ slug }) => slug));
  return (await services.servers.listAll())
    .filter(({ slug }) => !installed.has(slug))
    .map(({ slug, name }) => ({ value: slug, label: name }));
}

export default define.page<typeof handler>(({ data, state: { admin }, url }) => {
  const { view, table, offered, form, mayChange, now } = data;
  const isEmpty = view.servers.length === 0;
  return (
    <WorkspaceFrame workspace={view} pathname={url.pathname} topics={["changes", "servers"]}>
      <SentProblem form={form} intents={["restore", "uninstall"]} />
      <Card id="installs" title="Servers" count={isEmpty ? undefined : String(view.servers.length)}>
        {isEmpty
          ? (
            <div data-live="installs">
              <EmptyState title="No servers in it yet">
                <p>
                  {mayChange && offered.length > 0
                    ? "Install the first one below: its tools are there with the next call."
                    : "Its people see no tools until an admin installs a server."}
                </p>
              </EmptyState>
            </div>
          )
          : <InstallsTable workspace={view.slug} url={url} table={table} now={now} />}
      </Card>
      {mayChange && (
        <InstallForm
          form={formOf(form, "install")}
          offered={offered}
          addPath={mayOpen(admin, "/add/server") ? "/add/server" : null}
        />
      )}
    </WorkspaceFrame>
  );
});
