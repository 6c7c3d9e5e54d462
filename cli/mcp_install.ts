import type { Command } from "commander";
import { WorkspaceView } from "../core/workspaces/workspace.ts";
import { apiPath } from "./api_path.ts";
import type { Session } from "./session.ts";
import { verb } from "./verb.ts";

interface InstallOptions {
  workspace: string;
}

/** `mcp install` and `mcp uninstall`. */
export function addInstallVerbs(mcp: Command, session: Session): void {
  verb(mcp, "install <slug>", "put a server into a workspace", [
    "aerostack mcp install internal-api --workspace backend",
  ])
    .requiredOption("--workspace <workspace>", "the workspace's slug")
    .action((slug: string, options: InstallOptions) => install(session, slug, options.workspace));

  verb(mcp, "uninstall <slug>", "take a server out of a workspace", [
    "aerostack mcp uninstall internal-api --workspace backend",
  ])
    .requiredOption("--workspace <workspace>", "the workspace's slug")
    .action((slug: string, options: InstallOptions) => uninstall(session, slug, options.workspace));
}

async function install(session: Session, slug: string, workspace: string): Promise<void> {
  const path = apiPath`/workspaces/${workspace}/servers/${slug}`;
  const api = await session.api();
  const answer = await api.send({ method: "PUT", path }, WorkspaceView);

  session.show(
    answer.body,
    `Installed ${slug} in ${workspace}; editors find it at ${answer.value.url}\n` +
      `Next: aerostack workspace token create ${workspace} --name "Alice Chen"`,
  );
}

async function uninstall(session: Session, slug: string, workspace: string): Promise<void> {
  const path = apiPath`/workspaces/${workspace}/servers/${slug}`;
  const api = await session.api();
  await api.remove(path);
  session.show({ removed: slug, workspace }, `Took ${slug} out of ${workspace}.`);
}
