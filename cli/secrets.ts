import type { Command } from "commander";
import { type InjectionChange, type InjectionRule, SecretView } from "../core/secrets/secret.ts";
import { apiPath } from "./api_path.ts";
import { wrongUsage } from "./cli_error.ts";
import { addRuleOptions } from "./rule_options.ts";
import type { Session } from "./session.ts";
import { readSecretValue } from "./secret_value.ts";
import { secretsTable, spokenRules } from "./secrets_table.ts";
import { verb } from "./verb.ts";

interface SetOptions {
  stdin?: boolean;
  perMember?: boolean;
  shared?: boolean;
  short?: boolean;
}

interface InjectOptions {
  add?: boolean;
  removeRule?: boolean;
}

/** `secrets set`, `inject`, `list`, `remove`. */
export function addSecretsVerbs(secrets: Command, session: Session): void {
  const setVerb = verb(
    secrets,
    "set <slug> <name> [value]",
    "store a secret of a server, or its new value",
    [
      "aerostack secrets set internal-api API_KEY               (asks, without showing it)",
      'aerostack secrets set internal-api API_KEY "value"',
      "aerostack secrets set internal-api API_KEY --stdin < key.txt",
      "aerostack secrets set internal-api API_KEY --header X-API-Key",
      'aerostack secrets set internal-api API_KEY --header Authorization --template "Bearer {{value}}"',
      "aerostack secrets set internal-api API_KEY --per-member  (each member sets their own)",
    ],
  )
    .option("--stdin", "read the value from the standard input")
    .option("--per-member", "each member sets their own; a value given here stands in for it")
    .option("--shared", "one value for all members again")
    .option("--short", "also a value of less than 8 characters, which cannot be looked for");
  const rulesOfSet = addRuleOptions(setVerb);
  setVerb.action((slug: string, name: string, value: string | undefined, options: SetOptions) =>
    set(session, [slug, name], { value, options, rules: rulesOfSet() })
  );

  const injectVerb = verb(secrets, "inject <slug> <name>", "say how a secret reaches its server", [
    'aerostack secrets inject internal-api API_KEY --header "X-API-Key"',
    'aerostack secrets inject internal-api API_KEY --header Authorization --template "Bearer {{value}}"',
    "aerostack secrets inject internal-api API_KEY --query api_key --add",
    "aerostack secrets inject internal-api API_KEY --query api_key --remove-rule",
  ])
    .option("--add", "beside the places where it goes already, and not in place of them")
    .option("--remove-rule", "send it there no more");
  const rulesOfInject = addRuleOptions(injectVerb);
  injectVerb.action((slug: string, name: string, options: InjectOptions) =>
    inject(session, [slug, name], rulesOfInject(), options)
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
  { value: given, options, rules }: {
    value: string | undefined;
    options: SetOptions;
    rules: InjectionRule[] | undefined;
  },
): Promise<void> {
  const { stdin = false, perMember, shared, short: allowShort } = options;
  if (perMember && shared) throw wrongUsage("Give --per-member or --shared, not both.");
  const isDeclared = perMember === true && given === undefined && !stdin;
  const value = isDeclared ? undefined : await readSecretValue(session, name, given, stdin);

  const path = apiPath`/servers/${slug}/secrets/${name}`;
  const body = { value, rules, perMember: shared ? false : perMember, allowShort };
  const api = await session.api();
  const answer = await api.send({ method: "PUT", path, body }, SecretView);
  const { version, isSet } = answer.value;
  const done = isSet ? `is set (version ${version})` : "is for each member to set";
  showSecret(session, answer.body, answer.value, `${name} of ${slug} ${done}`);
}

async function inject(
  session: Session,
  [slug, name]: SecretRef,
  rules: InjectionRule[] | undefined,
  options: InjectOptions,
): Promise<void> {
  if (rules === undefined) throw wrongUsage("Give --header or --query.");

  const path = apiPath`/servers/${slug}/secrets/${name}`;
  const body = readChange(rules, options);
  const api = await session.api();
  const answer = await api.send({ method: "PATCH", path, body }, SecretView);
  showSecret(session, answer.body, answer.value, `${name} of ${slug} is changed`);
}

function readChange(rules: InjectionRule[], { add, removeRule }: InjectOptions): InjectionChange {
  if (add && removeRule) throw wrongUsage("Give --add or --remove-rule, not both.");
  if (add) return { add: rules };
  if (!removeRule) return { rules };
  if (rules.some(({ template }) => template !== undefined)) {
    throw wrongUsage("--remove-rule needs the --header or --query alone, without its template.");
  }
  return { remove: rules };
}

async function list(session: Session, slug: string): Promise<void> {
  const path = apiPath`/servers/${slug}/secrets`;
  const api = await session.api();
  const answer = await api.list(path, SecretView);

  session.show(
    answer.body,
    answer.value.length > 0
      ? secretsTable(answer.value, session.terminal.now())
      : `${slug} has no secrets. Store one: aerostack secrets set ${slug} <NAME>`,
  );
}

async function remove(session: Session, [slug, name]: SecretRef, force = false): Promise<void> {
  const path = apiPath`/servers/${slug}/secrets/${name}` + (force ? "?force=true" : "");
  const api = await session.api();
  await api.remove(path);
  session.show({ removed: name, server: slug }, `Removed ${name} of ${slug}.`);
}

function showSecret(session: Session, body: unknown, secret: SecretView, done: string): void {
  session.show(body, `${done}; it is sent as ${spokenRules(secret)}.`);
  for (const warning of secret.warnings) session.warn(warning);
}
