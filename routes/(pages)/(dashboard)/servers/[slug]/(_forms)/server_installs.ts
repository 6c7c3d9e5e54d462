import { z } from "zod";
import { asGatewayError, refusal } from "../../../../../../core/errors.ts";
import { installServer } from "../../../../../../core/workspaces/install_server.ts";
import { restoreInstall } from "../../../../../../core/workspaces/restore_install.ts";
import { uninstallServer } from "../../../../../../core/workspaces/uninstall_server.ts";
import { OnChange } from "../../../../../../core/workspaces/workspace.ts";
import { type FormContext, intent } from "../../../../(_http)/answer_form.ts";
import { PolicyFields } from "../../../../(_http)/policy_fields.ts";

const Workspace = z.string().trim().min(1).max(100);

/** What the form sends that installs a server somewhere. */
const InstallFields = z.strictObject({
  workspace: Workspace,
  policy: PolicyFields,
  onChange: OnChange,
});

const WorkspaceFields = z.strictObject({ workspace: Workspace });

/** What the page of a server's installs does. */
export const SERVER_INSTALLS = {
  install: intent("admin", InstallFields, async ({ workspace, ...input }, form) => {
    const { services, by } = form;
    const slugs = slugsOf(form, workspace);
    await refuseWhenInstalled(form, workspace);
    await atField("workspace", installServer(services, by, slugs, input));
    const undo = { path: pathOf(form), fields: { intent: "uninstall", workspace } };
    return { to: pathOf(form), notice: { text: `It is installed in ${workspace} now.`, undo } };
  }),

  uninstall: intent("admin", WorkspaceFields, async ({ workspace }, form) => {
    await uninstallServer(form.services, form.by, slugsOf(form, workspace));
    const undo = { path: pathOf(form), fields: { intent: "restore", workspace } };
    return { to: pathOf(form), notice: { text: `It was taken out of ${workspace}.`, undo } };
  }),

  restore: intent("admin", WorkspaceFields, async ({ workspace }, form) => {
    await restoreInstall(form.services, form.by, slugsOf(form, workspace));
    const text = `It is installed in ${workspace} again, as it was.`;
    return { to: pathOf(form), notice: { text } };
  }),
};

function slugsOf({ ctx }: FormContext, workspace: string) {
  return { workspace, server: ctx.params.slug };
}

function pathOf({ ctx }: FormContext): string {
  return `/servers/${ctx.params.slug}/installs`;
}

/** Installing it a second time would quietly change the first. */
async function refuseWhenInstalled({ services, ctx }: FormContext, slug: string): Promise<void> {
  const [workspace, server] = await Promise.all([
    services.workspaces.findBySlug(slug),
    services.servers.findBySlug(ctx.params.slug),
  ]);
  if (workspace === null || server === null) return;
  const installed = await services.installs.listByServer(server.id);
  if (!installed.includes(workspace.id)) return;
  throw refusal(
    "conflict",
    `It is installed in "${slug}" already; change its policy on the page of that workspace.`,
    "workspace",
  );
}

/** What is wrong with a choice stands at its field. */
async function atField<T>(field: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    const { code, status, publicMessage } = asGatewayError(thrown);
    throw status < 500 ? refusal(code, publicMessage, field) : thrown;
  }
}
