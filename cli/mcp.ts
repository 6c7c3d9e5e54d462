import type { Command } from "commander";
import { type ServerChange, ServerView } from "../core/servers/server.ts";
import { apiPath } from "./api_path.ts";
import { wrongUsage } from "./cli_error.ts";
import { formatTable } from "./output.ts";
import { serverDetails, serverState } from "./server_details.ts";
import { addPolicyOptions, policyOf, type PolicyOptions } from "./server_options.ts";
import type { Session } from "./session.ts";
import { verb } from "./verb.ts";

interface ServerOptions extends PolicyOptions {
  name: string;
  slug: string;
  url: string;
}

/** `mcp register`, `list`, `show`, `update`, `disable`, `enable`, `remove`. */
export function addMcpVerbs(mcp: Command, session: Session): void {
  const register = verb(mcp, "register", "register an MCP server that is running somewhere", [
    'aerostack mcp register --name "Internal API" --slug internal-api --url "https://api.example.com/sse"',
    'aerostack mcp register --name Reports --slug reports --url "https://reports.example.com/mcp" --timeout 900',
  ])
    .requiredOption("--name <name>", "what people call it")
    .requiredOption("--slug <slug>", 'its short name; its tools are named "<slug>__<tool>"')
    .requiredOption("--url <url>", "where it listens");
  addPolicyOptions(register)
    .action((options: ServerOptions) => registerServer(session, options));

  verb(mcp, "list", "list the servers", ["aerostack mcp list", "aerostack mcp list --json"])
    .action(() => list(session));

  verb(mcp, "show <slug>", "show one server", ["aerostack mcp show internal-api"])
    .action((slug: string) => show(session, slug));

  const update = verb(mcp, "update <slug>", "change a server; its slug stays", [
    'aerostack mcp update internal-api --url "https://new.example.com/mcp"',
    'aerostack mcp update internal-api --name "Internal API v2" --timeout 60',
    "aerostack mcp update internal-api --protocol 2025-11-25",
    "aerostack mcp update internal-api --on-leak block",
    "aerostack mcp update internal-api --idle-timeout none --forward-headers X-Request-Id",
  ])
    .option("--name <name>", "what people call it")
    .option("--url <url>", "where it listens");
  addPolicyOptions(update)
    .action((slug: string, options: Partial<ServerOptions>) => {
      return updateServer(session, slug, options);
    });

  verb(mcp, "disable <slug>", "keep everybody from calling a server, at once", [
    "aerostack mcp disable internal-api",
  ]).action((slug: string) => disable(session, slug));

  verb(mcp, "enable <slug>", "let a disabled server be called again", [
    "aerostack mcp enable internal-api",
  ]).action((slug: string) => enable(session, slug));

  verb(mcp, "remove <slug>", "remove a server and its secrets", [
    "aerostack mcp remove internal-api",
    "aerostack mcp remove internal-api --force",
  ])
    .option("--force", "also when it is installed in workspaces")
    .action((slug: string, { force }: { force?: boolean }) => remove(session, slug, force));
}

async function registerServer(session: Session, options: ServerOptions): Promise<void> {
  const { name, slug, url } = options;
  const body = { name, slug, url, ...policyOf(options) };
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
    serverState(server),
    server.url,
    server.workspaces.join(", ") || "-",
    server.secrets.map(({ name }) => name).join(", ") || "-",
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["SLUG", "NAME", "STATE", "URL", "WORKSPACES", "SECRETS"], rows)
      : "No servers yet. Register one: aerostack mcp register --name <name> --slug <slug> --url <url>",
  );
}

async function show(session: Session, slug: string): Promise<void> {
  const path = apiPath`/servers/${slug}`;
  const api = await session.api();
  const answer = await api.get(path, ServerView);
  session.show(answer.body, serverDetails(answer.value, session.terminal.now()));
}

async function updateServer(
  session: Session,
  slug: string,
  options: Partial<ServerOptions>,
): Promise<void> {
  const { name, url } = options;
  const body: ServerChange = { name, url, ...policyOf(options) };
  if (Object.values(body).every((value) => value === undefined)) {
    throw wrongUsage(
      "Nothing to change: give --name, --url, --protocol, --timeout or another option.",
    );
  }

  const path = apiPath`/servers/${slug}`;
  const api = await session.api();
  const answer = await api.send({ method: "PATCH", path, body }, ServerView);
  session.show(answer.body, serverDetails(answer.value, session.terminal.now()));
}

async function disable(session: Session, slug: string): Promise<void> {
  const path = apiPath`/servers/${slug}/disable`;
  const api = await session.api();
  const answer = await api.send({ method: "POST", path }, ServerView);
  session.show(
    answer.body,
    `Disabled ${slug}: nobody can call it, and calls that ran there were cut.\n` +
      `Undo: aerostack mcp enable ${slug}`,
  );
}

async function enable(session: Session, slug: string): Promise<void> {
  const path = apiPath`/servers/${slug}/enable`;
  const api = await session.api();
  const answer = await api.send({ method: "POST", path }, ServerView);
  session.show(answer.body, `Enabled ${slug}; it can be called again.`);
}

async function remove(session: Session, slug: string, force = false): Promise<void> {
  const path = apiPath`/servers/${slug}` + (force ? "?force=true" : "");
  const api = await session.api();
  await api.remove(path);
  session.show({ removed: slug }, `Removed ${slug} and its secrets.`);
}
