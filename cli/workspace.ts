import type { Command } from "commander";
import { describeArgumentLogging } from "../core/arguments/argument_logging.ts";
import { describePolicy } from "../core/policies/tool_policy.ts";
import { type WorkspaceChange, WorkspaceView } from "../core/workspaces/workspace.ts";
import { apiPath } from "./api_path.ts";
import {
  addArgumentOptions,
  type ArgumentOptions,
  changeArgumentLogging,
  hasArgumentOptions,
} from "./argument_options.ts";
import { wrongUsage } from "./cli_error.ts";
import {
  addWorkspaceLimitOptions,
  describeInstallLimits,
  describeWorkspaceLimits,
  type WorkspaceLimitOptions,
  workspaceLimitsOf,
} from "./limit_options.ts";
import { formatDetails, formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { parseRetention, relativeTime } from "./times.ts";
import { verb } from "./verb.ts";

interface WorkspaceOptions extends WorkspaceLimitOptions {
  name?: string;
  retention?: number;
}

const RETENTION = "for how long its calls are kept, as 30d or 12w; 90d at first";

/** `workspace create`, `list`, `show`, `update`, `disable`, `enable`, `remove`. */
export function addWorkspaceVerbs(workspace: Command, session: Session): void {
  const createVerb = verb(workspace, "create <workspace>", "create a workspace", [
    "aerostack workspace create backend",
    'aerostack workspace create backend --name "Backend team" --requests-per-minute-per-token 60',
  ])
    .option("--name <name>", "what people call it (default: its slug)")
    .option("--retention <days>", RETENTION, parseRetention);
  addWorkspaceLimitOptions(createVerb)
    .action((slug: string, options: WorkspaceOptions) => create(session, slug, options));

  verb(workspace, "list", "list the workspaces", ["aerostack workspace list"])
    .action(() => list(session));

  verb(workspace, "show <workspace>", "show one workspace", ["aerostack workspace show backend"])
    .action((slug: string) => show(session, slug));

  const updateVerb = verb(
    workspace,
    "update <workspace>",
    "change a workspace's name, how much its tokens may do, or how long its calls are kept",
    [
      "aerostack workspace update backend --requests-per-minute 600 --requests-per-minute-per-token 60",
      "aerostack workspace update backend --concurrent-calls 50 --concurrent-calls-per-token 5",
      "aerostack workspace update backend --requests-per-minute none",
      "aerostack workspace update backend --retention 365d",
      'aerostack workspace update backend --log-arguments on --redact "*.email"',
    ],
  )
    .option("--name <name>", "what people call it")
    .option("--retention <days>", RETENTION, parseRetention);
  addArgumentOptions(addWorkspaceLimitOptions(updateVerb))
    .action((slug: string, options: WorkspaceOptions & ArgumentOptions) =>
      update(session, slug, options)
    );

  verb(workspace, "disable <workspace>", "refuse every token of a workspace, at once", [
    "aerostack workspace disable backend",
  ]).action((slug: string) => disable(session, slug));

  verb(workspace, "enable <workspace>", "open a disabled workspace again", [
    "aerostack workspace enable backend",
  ]).action((slug: string) => enable(session, slug));

  verb(workspace, "remove <workspace>", "remove a workspace with its tokens", [
    "aerostack workspace remove backend",
    "aerostack workspace remove backend --force",
  ])
    .option("--force", "also when people hold tokens that work")
    .action((slug: string, { force }: { force?: boolean }) => remove(session, slug, force));
}

async function create(session: Session, slug: string, options: WorkspaceOptions): Promise<void> {
  const body = { slug, ...changeOf(options) };
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
    workspace.disabledAt === null ? "enabled" : "disabled",
    workspace.servers.map(({ slug }) => slug).join(", ") || "-",
    workspace.activeTokens,
    workspace.url,
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["WORKSPACE", "STATE", "SERVERS", "TOKENS", "URL"], rows)
      : "No workspaces yet. Create one: aerostack workspace create <workspace>",
  );
}

async function show(session: Session, slug: string): Promise<void> {
  const path = apiPath`/workspaces/${slug}`;
  const api = await session.api();
  const answer = await api.get(path, WorkspaceView);
  session.show(answer.body, workspaceDetails(answer.value, session.terminal.now()));
}

function workspaceDetails(workspace: WorkspaceView, now: Date): string {
  const { name, url, disabledAt, limits, retentionDays, logArguments } = workspace;
  const { servers, activeTokens, createdAt, id } = workspace;
  return formatDetails([
    ["Workspace", workspace.slug],
    ["Name", name],
    ["URL", url],
    ["State", disabledAt === null ? "enabled" : `disabled ${relativeTime(disabledAt, now)}`],
    ["Limits", describeWorkspaceLimits(limits)],
    ["Calls kept", `${retentionDays} days`],
    ["Arguments", describeArgumentLogging(logArguments)],
    ["Servers", servers.map(installed).join(", ") || "-"],
    ...servers.flatMap((server) => {
      const rules = rulesOf(server);
      return rules.length === 0 ? [] : [[`- ${server.slug}`, rules.join("; ")] as const];
    }),
    ["Active tokens", activeTokens],
    ["Created", relativeTime(createdAt, now)],
    ["Id", id],
  ]);
}

function rulesOf({ policy, onChange, limits }: WorkspaceView["servers"][number]): string[] {
  const limited = describeInstallLimits(limits);
  return [
    ...policy === null ? [] : [describePolicy(policy)],
    ...onChange === "hold" ? ["hold changes"] : [],
    ...limited === "-" ? [] : [limited],
  ];
}

async function update(
  session: Session,
  slug: string,
  options: WorkspaceOptions & ArgumentOptions,
): Promise<void> {
  const body = changeOf(options);
  const isChanged = Object.values(body).some((value) => value !== undefined);
  const isLogging = hasArgumentOptions(options);
  if (!isChanged && !isLogging) {
    throw wrongUsage(
      "Nothing to change: give --name, --retention, --requests-per-minute or another option.",
    );
  }
  const path = apiPath`/workspaces/${slug}`;
  const api = await session.api();
  // What needs an owner first: for anybody else nothing is changed then.
  const logged = isLogging ? await changeArgumentLogging(api, slug, options) : null;
  const changed = isChanged ? await api.send({ method: "PATCH", path, body }, WorkspaceView) : null;
  const answer = changed ?? logged;
  if (answer !== null) {
    session.show(answer.body, workspaceDetails(answer.value, session.terminal.now()));
  }
}

function changeOf(options: WorkspaceOptions): WorkspaceChange {
  const { name, retention: retentionDays } = options;
  return { name, limits: workspaceLimitsOf(options), retentionDays };
}

function installed({ slug, isDisabled }: WorkspaceView["servers"][number]): string {
  return isDisabled ? `${slug} (disabled)` : slug;
}

async function disable(session: Session, slug: string): Promise<void> {
  const path = apiPath`/workspaces/${slug}/disable`;
  const api = await session.api();
  const answer = await api.send({ method: "POST", path }, WorkspaceView);
  session.show(
    answer.body,
    `Disabled workspace ${slug}: its tokens are refused, its streams and sessions have ended.\n` +
      `Undo: aerostack workspace enable ${slug}`,
  );
}

async function enable(session: Session, slug: string): Promise<void> {
  const path = apiPath`/workspaces/${slug}/enable`;
  const api = await session.api();
  const answer = await api.send({ method: "POST", path }, WorkspaceView);
  session.show(answer.body, `Enabled workspace ${slug}; the tokens that it had work again.`);
}

async function remove(session: Session, slug: string, force = false): Promise<void> {
  const path = apiPath`/workspaces/${slug}` + (force ? "?force=true" : "");
  const api = await session.api();
  await api.remove(path);
  session.show({ removed: slug }, `Removed workspace ${slug}; its tokens work no more.`);
}
