import type { Command } from "commander";
import { type ServerChange, ServerView } from "../core/servers/server.ts";
import type { TimeoutsChange } from "../core/servers/timeouts.ts";
import { apiPath } from "./api_path.ts";
import { wrongUsage } from "./cli_error.ts";
import { formatDetails, formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { relativeTime, wholeNumber } from "./times.ts";
import { verb } from "./verb.ts";

interface ServerOptions {
  name: string;
  slug: string;
  url: string;
  timeout?: number;
}

const timeout = wholeNumber("--timeout", 1, 3600);

/** `mcp register`, `list`, `show`, `update`, `remove`. */
export function addMcpVerbs(mcp: Command, session: Session): void {
  verb(mcp, "register", "register an MCP server that is running somewhere", [
    'aerostack mcp register --name "Internal API" --slug internal-api --url "https://api.example.com/sse"',
    'aerostack mcp register --name Reports --slug reports --url "https://reports.example.com/mcp" --timeout 900',
  ])
    .requiredOption("--name <name>", "what people call it")
    .requiredOption("--slug <slug>", 'its short name; its tools are named "<slug>__<tool>"')
    .requiredOption("--url <url>", "where it listens")
    .option("--timeout <seconds>", "how long a call may take (default: 300)", timeout)
    .action((options: ServerOptions) => register(session, options));

  verb(mcp, "list", "list the servers", ["aerostack mcp list", "aerostack mcp list --json"])
    .action(() => list(session));

  verb(mcp, "show <slug>", "show one server", ["aerostack mcp show internal-api"])
    .action((slug: string) => show(session, slug));

  verb(mcp, "update <slug>", "change a server; its slug stays", [
    'aerostack mcp update internal-api --url "https://new.example.com/mcp"',
    'aerostack mcp update internal-api --name "Internal API v2" --timeout 60',
  ])
    .option("--name <name>", "what people call it")
    .option("--url <url>", "where it listens")
    .option("--timeout <seconds>", "how long a call may take", timeout)
    .action((slug: string, options: Partial<ServerOptions>) => update(session, slug, options));

  verb(mcp, "remove <slug>", "remove a server and its secrets", [
    "aerostack mcp remove internal-api",
    "aerostack mcp remove internal-api --force",
  ])
    .option("--force", "also when it is installed in workspaces")
    .action((slug: string, { force }: { force?: boolean }) => remove(session, slug, force));
}

async function register(session: Session, options: ServerOptions): Promise<void> {
  const { name, slug, url, timeout } = options;
  const body = { name, slug, url, timeouts: timeoutsOf(timeout) };
  const api = await session.api();
  const answer = await api.send({ method: "POST", path: "/servers", body }, ServerView);

  const server = answer.value;
  session.show(
    answer.body,
    `Registered ${server.slug} (${server.name}) at ${server.url}\n` +
      `Next: aerostack secrets set ${server.slug} <NAME>\n` +
      `      aerostack mcp install ${server.slug} --workspace <workspace>`,
  );
}

async function list(session: Session): Promise<void> {
  const api = await session.api();
  const answer = await api.list("/servers", ServerView);

  const rows = answer.value.map((server) => [
    server.slug,
    server.name,
    server.url,
    server.workspaces.join(", ") || "-",
    server.secrets.join(", ") || "-",
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["SLUG", "NAME", "URL", "WORKSPACES", "SECRETS"], rows)
      : "No servers yet. Register one: aerostack mcp register --name <name> --slug <slug> --url <url>",
  );
}

async function show(session: Session, slug: string): Promise<void> {
  const path = apiPath`/servers/${slug}`;
  const api = await session.api();
  const answer = await api.get(path, ServerView);
  session.show(answer.body, serverDetails(answer.value, session.terminal.now()));
}

async function update(
  session: Session,
  slug: string,
  options: Partial<ServerOptions>,
): Promise<void> {
  const { name, url, timeout } = options;
  const body: ServerChange = { name, url, timeouts: timeoutsOf(timeout) };
  if (Object.values(body).every((value) => value === undefined)) {
    throw wrongUsage("Nothing to change: give --name, --url or --timeout.");
  }

  const path = apiPath`/servers/${slug}`;
  const api = await session.api();
  const answer = await api.send({ method: "PATCH", path, body }, ServerView);
  session.show(answer.body, serverDetails(answer.value, session.terminal.now()));
}

async function remove(session: Session, slug: string, force = false): Promise<void> {
  const path = apiPath`/servers/${slug}` + (force ? "?force=true" : "");
  const api = await session.api();
  await api.remove(path);
  session.show({ removed: slug }, `Removed ${slug} and its secrets.`);
}

function timeoutsOf(totalSeconds: number | undefined): TimeoutsChange | undefined {
  return totalSeconds === undefined ? undefined : { totalSeconds };
}

function serverDetails(server: ServerView, now: Date): string {
  return formatDetails([
    ["Slug", server.slug],
    ["Name", server.name],
    ["URL", server.url],
    ["Timeout", `${server.timeouts.totalSeconds} s`],
    ["Workspaces", server.workspaces.join(", ") || "-"],
    ["Secrets", server.secrets.join(", ") || "-"],
    ["Registered", relativeTime(server.createdAt, now)],
    ["Changed", relativeTime(server.updatedAt, now)],
    ["Id", server.id],
  ]);
}
