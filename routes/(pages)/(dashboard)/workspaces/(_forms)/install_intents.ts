import { refusal } from "../../../../../core/errors.ts";
import { quote } from "../../../../../core/quote.ts";
import type { Services } from "../../../../../core/services.ts";
import type { Server } from "../../../../../core/servers/server.ts";
import { findWorkspace } from "../../../../../core/workspaces/find_workspace.ts";
import { installServer } from "../../../../../core/workspaces/install_server.ts";
import { restoreInstall } from "../../../../../core/workspaces/restore_install.ts";
import { uninstallServer } from "../../../../../core/workspaces/uninstall_server.ts";
import type { Install } from "../../../../../core/workspaces/workspace.ts";
import { type Done, intent } from "../../../(_http)/answer_form.ts";
import { toolLimitLines } from "../../../(_http)/limit_fields.ts";
import { InstallFields, NoFields, ServerField } from "./workspace_fields.ts";

/** What of an install a form changes. */
export type InstallDraft = Pick<Install, "policy" | "onChange" | "limits">;

/** What the page of a workspace's servers does. */
export function serversIntents(workspace: string) {
  const path = `/workspaces/${workspace}`;
  return {
    install: intent("admin", ServerField, async ({ server: slug }, { services, by }) => {
      const { name } = await serverToInstall(services, workspace, slug);
      await installServer(services, by, { workspace, server: slug });
      const undo = { path, fields: { intent: "uninstall", server: slug } };
      return { to: path, notice: { text: `${name} is installed, from the next call on.`, undo } };
    }),
    uninstall: intent("admin", ServerField, ({ server }, { services, by }) => {
      return uninstall(services, by, { workspace, server });
    }),
    restore: intent("admin", ServerField, async ({ server }, { services, by }) => {
      await restoreInstall(services, by, { workspace, server });
      return { to: path, notice: { text: `${server} is installed again, as it was.` } };
    }),
  };
}

/** What the page of one install does. */
export function installIntents(workspace: string, server: string) {
  const slugs = { workspace, server };
  const path = `/workspaces/${workspace}/servers/${server}`;
  return {
    save: intent(
      "admin",
      InstallFields,
      async (input, { services, by }): Promise<Done<InstallDraft>> => {
        const { preview, ...draft } = input;
        const before = await findInstall(services, slugs);
        if (preview) return { shown: draft };
        await installServer(services, by, slugs, draft);
        const text = `What ${workspace} has of ${server} is changed, from the next call on.`;
        return { to: path, notice: { text, undo: { path, fields: fieldsOf(before.install) } } };
      },
    ),
    uninstall: intent("admin", NoFields, (_, { services, by }) => uninstall(services, by, slugs)),
  };
}

/** An install and its server. Throws `not_found`. */
export async function findInstall(
  services: Services,
  slugs: { workspace: string; server: string },
): Promise<{ install: Install; server: Server }> {
  const [{ id }, server] = await Promise.all([
    findWorkspace(services, slugs.workspace),
    services.servers.findBySlug(slugs.server),
  ]);
  const installs = await services.installs.listByWorkspace(id);
  const install = installs.find(({ serverId }) => serverId === server?.id);
  if (server !== null && install !== undefined) return { install, server };
  throw refusal(
    "not_found",
    `Server ${quote(slugs.server)} is not installed in workspace "${slugs.workspace}".`,
  );
}

async function uninstall(
  services: Services,
  by: Parameters<typeof uninstallServer>[1],
  slugs: { workspace: string; server: string },
) {
  await uninstallServer(services, by, slugs);
  const path = `/workspaces/${slugs.workspace}`;
  const undo = { path, fields: { intent: "restore", server: slugs.server } };
  return { to: path, notice: { text: `${slugs.server} is not installed here any more.`, undo } };
}

async function serverToInstall(
  services: Services,
  workspace: string,
  slug: string,
): Promise<Server> {
  const [{ id }, server] = await Promise.all([
    findWorkspace(services, workspace),
    services.servers.findBySlug(slug),
  ]);
  if (server === null) {
    throw refusal(
      "not_found",
      `There is no server ${quote(slug)}; choose one that is offered while you type.`,
      "server",
    );
  }
  const installs = await services.installs.listByWorkspace(id);
  if (installs.every(({ serverId }) => serverId !== server.id)) return server;
  throw refusal("conflict", `${server.name} is installed here already.`, "server");
}

/** An install as its form sends it. */
function fieldsOf({ policy, onChange, limits }: Install): Record<string, string> {
  return {
    intent: "save",
    "policy.allow": policy?.allow.join("\n") ?? "",
    "policy.deny": policy?.deny.join("\n") ?? "",
    ...policy?.readOnly && { "policy.readOnly": "on" },
    onChange,
    "limits.callsPerMinutePerTool": String(limits.callsPerMinutePerTool ?? ""),
    "limits.tools": toolLimitLines(limits.tools),
  };
}
