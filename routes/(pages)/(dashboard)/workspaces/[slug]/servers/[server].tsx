import { type Context, page } from "fresh";
import { isAtLeast } from "../../../../../../core/admins/role.ts";
import { findWorkspace } from "../../../../../../core/workspaces/find_workspace.ts";
import { previewInstall } from "../../../../../../core/workspaces/preview_install.ts";
import { define, type State } from "../../../../../../define.ts";
import Live from "../../../../../../islands/Live.tsx";
import Badge from "../../../../(_components)/Badge.tsx";
import Card from "../../../../(_components)/Card.tsx";
import PageHeader from "../../../../(_components)/PageHeader.tsx";
import { answerForm, NOTHING_SENT, type Submitted } from "../../../../(_http)/answer_form.ts";
import { formOf } from "../../../../(_http)/form_state.ts";
import InstallFields from "../../(_components)/InstallFields.tsx";
import PreviewCard from "../../(_components)/PreviewCard.tsx";
import UninstallCard from "../../(_components)/UninstallCard.tsx";
import { findInstall, type InstallDraft, installIntents } from "../../(_forms)/install_intents.ts";

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) =>
    answerForm(
      ctx,
      installIntents(ctx.params.slug, ctx.params.server),
      (submitted) => show(ctx, submitted),
    ),
});

async function show(
  { params, state: { services, admin } }: Context<State>,
  { form, shown, status }: Submitted<InstallDraft>,
) {
  const slugs = { workspace: params.slug, server: params.server };
  const [workspace, { install, server }] = await Promise.all([
    findWorkspace(services, params.slug),
    findInstall(services, slugs),
  ]);
  const draft = shown ?? install;
  const [preview, [{ activeTokens }]] = await Promise.all([
    previewInstall(services, server.id, draft),
    services.workspaceSummaries.read([workspace.id], services.now()),
  ]);
  return page({
    workspace,
    server,
    draft,
    isPreview: shown !== null,
    preview,
    activeTokens,
    form,
    mayChange: admin !== null && isAtLeast(admin.role, "admin"),
  }, { status });
}

export default define.page<typeof handler>(({ data }) => {
  const { workspace, server, draft, isPreview, preview, activeTokens, form, mayChange } = data;
  const save = formOf(form, "save");
  const path = `/workspaces/${workspace.slug}`;
  return (
    <>
      <PageHeader
        title={server.name}
        windowTitle={`${server.name} in ${workspace.name}`}
        trail={[
          { title: "Workspaces", path: "/workspaces" },
          { title: workspace.name, path },
        ]}
        beside={
          <>
            <code class="chip">{server.slug}</code>
            {server.disabled !== null && <Badge kind="bad">disabled</Badge>}
            <Live topics={["changes", "servers"]} />
          </>
        }
        lead={
          <>
            What {workspace.name} has of this server. The server itself is for all workspaces:{" "}
            <a href={`/servers/${server.slug}`}>its own page</a>.
          </>
        }
      />
      <div class="columns install-columns">
        {mayChange && (
          <Card id="policy" title="What members may do with it">
            <InstallFields form={save} draft={draft} cancel={path} />
          </Card>
        )}
        <div data-live={isPreview ? undefined : "preview"}>
          <PreviewCard
            preview={preview}
            draft={draft}
            server={server.slug}
            isPreview={isPreview}
            mayChange={mayChange}
          />
        </div>
      </div>
      {mayChange && <UninstallCard form={formOf(form, "uninstall")} activeTokens={activeTokens} />}
    </>
  );
});
