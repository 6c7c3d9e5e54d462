import type { Command } from "commander";
import { SelfView } from "../core/members/self.ts";
import type { ApiClient } from "./api_client.ts";
import { apiPath } from "./api_path.ts";
import { formatTable } from "./output.ts";
import { readSecretValue } from "./secret_value.ts";
import type { Session } from "./session.ts";
import { relativeTime } from "./times.ts";
import { verb } from "./verb.ts";

interface SetOptions {
  stdin?: boolean;
  short?: boolean;
}

/** `me secrets list`, `set`, `remove`: what members do with their own tokens. */
export function addMeVerbs(me: Command, session: Session): void {
  const secrets = me.command("secrets").description("keys of your own, for servers that want them");

  verb(secrets, "list", "list the secrets that are yours to set, never their values", [
    "aerostack me secrets list",
    "AEROSTACK_TOKEN=mwt_… aerostack me secrets list",
  ]).action(() => list(session));

  verb(secrets, "set <server> <name> [value]", "set a secret of your own, or its new value", [
    "aerostack me secrets set github GITHUB_TOKEN             (asks, without showing it)",
    "aerostack me secrets set github GITHUB_TOKEN --stdin < token.txt",
  ])
    .option("--stdin", "read the value from the standard input")
    .option("--short", "take a value that is too short to be looked for in what servers send back")
    .action((server: string, name: string, value: string | undefined, options: SetOptions) =>
      set(session, [server, name], value, options)
    );

  verb(secrets, "remove <server> <name>", "remove a secret of your own", [
    "aerostack me secrets remove github GITHUB_TOKEN",
  ]).action((server: string, name: string) => remove(session, [server, name]));
}

/** Whose token the account has; for members' tokens. */
export function readSelf(api: ApiClient) {
  return api.get("/me", SelfView);
}

async function list(session: Session): Promise<void> {
  const { body, value: self } = await readSelf(await session.api());
  session.show(body, spokenSelf(self, session.terminal.now()));
}

async function set(
  session: Session,
  [server, name]: readonly [string, string],
  given: string | undefined,
  { stdin = false, short }: SetOptions,
): Promise<void> {
  const path = apiPath`/me/secrets/${server}/${name}`;
  const value = await readSecretValue(session, name, given, stdin);
  const api = await session.api();
  await api.put(path, { value, allowShort: short });
  session.show({ set: name, server }, `Your ${name} of ${server} is set, from your next call on.`);
}

async function remove(
  session: Session,
  [server, name]: readonly [string, string],
): Promise<void> {
  const api = await session.api();
  await api.remove(apiPath`/me/secrets/${server}/${name}`);
  session.show({ removed: name, server }, `Removed your ${name} of ${server}.`);
}

function spokenSelf(self: SelfView, now: Date): string {
  const secrets = spokenSecrets(self, now);
  return self.logsArguments ? `${secrets}\n\n${argumentsAreKept(self)}` : secrets;
}

/** What members are told where the arguments of their calls are kept. */
function argumentsAreKept({ workspace }: SelfView): string {
  return `The workspace ${workspace.slug} keeps the arguments of your calls, without secrets that ` +
    "the gateway recognises; only owners of the gateway can read them, and their reading is on " +
    "the record.";
}

function spokenSecrets({ name, workspace, page, servers }: SelfView, now: Date): string {
  if (servers.length === 0) {
    return `${name}, no server in the workspace ${workspace.slug} wants a secret of your own.`;
  }
  const rows = servers.flatMap(({ slug, secrets }) =>
    secrets.map((secret) => [
      slug,
      secret.name,
      secret.isSet ? "yours" : secret.hasShared ? "shared" : "missing",
      secret.setAt === null ? "-" : relativeTime(secret.setAt, now),
    ])
  );
  return `${formatTable(["SERVER", "SECRET", "VALUE", "SET"], rows)}\n\n` +
    `Set one: aerostack me secrets set <server> <NAME>, or at ${page}`;
}
