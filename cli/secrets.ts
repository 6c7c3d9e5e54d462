import type { Command } from "commander";
import { type InjectionRule, SecretView } from "../core/secrets/secret.ts";
import { apiPath } from "./api_path.ts";
import { wrongUsage } from "./cli_error.ts";
import { formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { relativeTime } from "./times.ts";
import { verb } from "./verb.ts";

interface RuleOptions {
  header?: string;
  query?: string;
}

interface SetOptions extends RuleOptions {
  stdin?: boolean;
}

/** `secrets set`, `inject`, `list`, `remove`. */
export function addSecretsVerbs(secrets: Command, session: Session): void {
  verb(secrets, "set <slug> <name> [value]", "store a secret of a server, or its new value", [
    "aerostack secrets set internal-api API_KEY               (asks, without showing it)",
    'aerostack secrets set internal-api API_KEY "value"',
    "aerostack secrets set internal-api API_KEY --stdin < key.txt",
    "aerostack secrets set internal-api API_KEY --header X-API-Key",
  ])
    .option("--stdin", "read the value from the standard input")
    .option("--header <header>", "send it as this header (default: one named like the secret)")
    .option("--query <parameter>", "send it as this query parameter")
    .action((slug: string, name: string, value: string | undefined, options: SetOptions) =>
      set(session, [slug, name], value, options)
    );

  verb(secrets, "inject <slug> <name>", "say how a secret reaches its server", [
    'aerostack secrets inject internal-api API_KEY --header "X-API-Key"',
    'aerostack secrets inject internal-api API_KEY --query "api_key"',
  ])
    .option("--header <header>", "send it as this header")
    .option("--query <parameter>", "send it as this query parameter")
    .action((slug: string, name: string, options: RuleOptions) =>
      inject(session, [slug, name], options)
    );

  verb(secrets, "list <slug>", "list a server's secrets, never their values", [
    "aerostack secrets list internal-api",
  ]).action((slug: string) => list(session, slug));

  verb(secrets, "remove <slug> <name>", "remove a secret", [
    "aerostack secrets remove internal-api API_KEY",
    "aerostack secrets remove internal-api API_KEY --force",
  ])
    .option("--force", "also when the server is installed in workspaces")
    .action((slug: string, name: string, { force }: { force?: boolean }) =>
      remove(session, [slug, name], force)
    );
}

/** A server's slug and the name of one of its secrets. */
type SecretRef = readonly [slug: string, name: string];

async function set(
  session: Session,
  [slug, name]: SecretRef,
  given: string | undefined,
  options: SetOptions,
): Promise<void> {
  const injection = readRule(options);
  const path = apiPath`/servers/${slug}/secrets/${name}`;
  const value = await readValue(session, name, given, options.stdin ?? false);

  const api = await session.api();
  const answer = await api.send({ method: "PUT", path, body: { value, injection } }, SecretView);
  const { version } = answer.value;
  showSecret(session, answer.body, answer.value, `${name} of ${slug} is set (version ${version})`);
}

async function inject(
  session: Session,
  [slug, name]: SecretRef,
  options: RuleOptions,
): Promise<void> {
  const injection = readRule(options);
  if (injection === undefined) throw wrongUsage("Give --header or --query.");

  const path = apiPath`/servers/${slug}/secrets/${name}`;
  const api = await session.api();
  const answer = await api.send({ method: "PATCH", path, body: { injection } }, SecretView);
  showSecret(session, answer.body, answer.value, `${name} of ${slug} is changed`);
}

async function list(session: Session, slug: string): Promise<void> {
  const path = apiPath`/servers/${slug}/secrets`;
  const api = await session.api();
  const answer = await api.list(path, SecretView);

  const now = session.terminal.now();
  const rows = answer.value.map((secret) => [
    secret.name,
    spokenRule(secret.injection),
    secret.version,
    relativeTime(secret.updatedAt, now),
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["NAME", "SENT AS", "VERSION", "CHANGED"], rows)
      : `${slug} has no secrets. Store one: aerostack secrets set ${slug} <NAME>`,
  );
}

async function remove(session: Session, [slug, name]: SecretRef, force = false): Promise<void> {
  const path = apiPath`/servers/${slug}/secrets/${name}` + (force ? "?force=true" : "");
  const api = await session.api();
  await api.remove(path);
  session.show({ removed: name, server: slug }, `Removed ${name} of ${slug}.`);
}

async function readValue(
  session: Session,
  name: string,
  given: string | undefined,
  stdin: boolean,
): Promise<string> {
  if (stdin && given !== undefined) throw wrongUsage("Give a value or --stdin, not both.");
  if (given !== undefined) return given;
  if (stdin) return (await session.terminal.readAll()).replace(/\r?\n$/, "");
  return await session.askHidden(
    `Value of ${name} (not shown): `,
    "pipe the value in and add --stdin",
  );
}

function readRule({ header, query }: RuleOptions): InjectionRule | undefined {
  if (header !== undefined && query !== undefined) {
    throw wrongUsage("Give --header or --query, not both.");
  }
  if (header !== undefined) return { kind: "header", name: header };
  return query === undefined ? undefined : { kind: "query", name: query };
}

function showSecret(session: Session, body: unknown, secret: SecretView, done: string): void {
  session.show(body, `${done}; it is sent as ${spokenRule(secret.injection)}.`);
  for (const warning of secret.warnings) session.warn(warning);
}

function spokenRule({ kind, name }: InjectionRule): string {
  return kind === "header" ? `header ${name}` : `query parameter ${name}`;
}
