import type { Command } from "commander";
import { WorkspaceView } from "../core/workspaces/workspace.ts";
import { apiPath } from "./api_path.ts";
import { formatDetails, formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { relativeTime } from "./times.ts";
import { verb } from "./verb.ts";

/** `workspace create`, `list`, `show`, `remove`. */
export function addWorkspaceVerbs(workspace: Command, session: Session): void {
  verb(workspace, "create <workspace>", "create a workspace", [
    "aerostack workspace create backend",
    'aerostack workspace create backend --name "Backend team"',
  ])
    .option("--name <name>", "what people call it (default: its slug)")
    .action((slug: string, { name }: { name?: string }) => create(session, slug, name));

  verb(workspace, "list", "list the workspaces", ["aerostack workspace list"])
    .action(() => list(session));

  verb(workspace, "show <workspace>", "show one workspace", ["aerostack workspace show backend"])
    .action((slug: string) => show(session, slug));

  verb(workspace, "remove <workspace>", "remove a workspace with its tokens", [
    "aerostack workspace remove backend",
    "aerostack workspace remove backend --force",
  ])
    .option("--force", "also when people hold tokens that work")
    .action((slug: string, { force }: { force?: boolean }) => remove(session, slug, force));
}

async function create(session: Session, slug: string, name: string | undefined): Promise<void> {
  const body = { slug, name };
  const api = await session.api();
  const answer = await api.send({ method: "POST", path: "/workspaces", body }, WorkspaceView);

  session.show(
    answer.body,
    `Created workspace ${slug}; editors will find it at ${answer.value.url}\n` +
      `Next: aerostack mcp install <slug> --workspace ${slug}`,
  );
}

async function list(session: Session): Promise<void> {
  const api = await session.api();
  const answer = await api.list("/workspaces", WorkspaceView);

  const rows = answer.value.map((workspace) => [
    workspace.slug,
    workspace.servers.map(({ slug }) => slug).join(", ") || "-",
    workspace.activeTokens,
    workspace.url,
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["WORKSPACE", "SERVERS", "TOKENS", "URL"], rows)
      : "No workspaces yet. Create one: aerostack workspace create <workspace>",
  );
}

async function show(session: Session, slug: string): Promise<void> {
  const path = apiPath`/workspaces/${slug}`;
  const api = await session.api();
  const answer = await api.get(path, WorkspaceView);

  const { name, url, servers, activeTokens, createdAt, id } = answer.value;
  session.show(
    answer.body,
    formatDetails([
      ["Workspace", answer.value.slug],
      ["Name", name],
      ["URL", url],
      ["Servers", servers.map((server) => server.slug).join(", ") || "-"],
      ["Active tokens", activeTokens],
      ["Created", relativeTime(createdAt, session.terminal.now())],
      ["Id", id],
    ]),
  );
}

async function remove(session: Session, slug: string, force = false): Promise<void> {
  const path = apiPath`/workspaces/${slug}` + (force ? "?force=true" : "");
  const api = await session.api();
  await api.remove(path);
  session.show({ removed: slug }, `Removed workspace ${slug}; its tokens work no more.`);
}
