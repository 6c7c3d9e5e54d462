import { type Command, Option } from "commander";
import { editorConfig } from "../core/connect/editor_config.ts";
import { type Editor, EDITOR_PLACES, EDITORS, spokenFiles } from "../core/connect/editor.ts";
import { describePolicy } from "../core/policies/tool_policy.ts";
import { CreatedToken, TokenView } from "../core/tokens/token.ts";
import { WorkspaceView } from "../core/workspaces/workspace.ts";
import { apiPath } from "./api_path.ts";
import { wrongUsage } from "./cli_error.ts";
import {
  addTokenLimitOptions,
  describeTokenLimits,
  type TokenLimitOptions,
  tokenLimitsOf,
} from "./limit_options.ts";
import { formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import {
  addToolPolicyOptions,
  toolPolicyOf,
  type ToolPolicyOptions,
} from "./tool_policy_options.ts";
import { parseExpiry, relativeTime } from "./times.ts";
import { verb } from "./verb.ts";

/** What may be said of what a token may do. */
type RuleOptions = ToolPolicyOptions & TokenLimitOptions;

interface CreateOptions extends ToolPolicyOptions, TokenLimitOptions {
  name: string;
  email?: string;
  expires?: string;
  editor: Editor;
}

/** `workspace token create`, `list`, `update`, `revoke`. */
export function addTokenVerbs(token: Command, session: Session): void {
  const createVerb = verb(token, "create <workspace>", "give a person a token; it is shown once", [
    'aerostack workspace token create backend --name "Alice Chen"',
    'aerostack workspace token create backend --name "Alice Chen" --email alice@example.com --expires 90d',
    'aerostack workspace token create backend --name "CI" --expires 2030-01-31 --editor vscode',
    'aerostack workspace token create backend --name "Bob" --read-only --deny "db__*"',
  ])
    .requiredOption("--name <name>", "the person's name")
    .option("--email <email>", "the person's e-mail address")
    .option("--expires <when>", "90d, 12h, 2w, or a date (until its end, UTC)")
    .addOption(
      new Option("--editor <editor>", "whose configuration to print").choices(EDITORS).default(
        "cursor",
      ),
    );
  addTokenLimitOptions(addToolPolicyOptions(createVerb))
    .action((workspace: string, options: CreateOptions) => create(session, workspace, options));

  verb(token, "list <workspace>", "list the tokens of a workspace", [
    "aerostack workspace token list backend",
  ]).action((workspace: string) => list(session, workspace));

  const updateVerb = verb(
    token,
    "update <workspace> <token>",
    "change which tools a token shows, or how much it may do, from the next call on",
    [
      "aerostack workspace token update backend mwt_alice_Ab3d --read-only",
      'aerostack workspace token update backend mwt_alice_Ab3d --deny "db__*" --deny "*_secret"',
      "aerostack workspace token update backend mwt_alice_Ab3d --no-policy",
      "aerostack workspace token update backend mwt_alice_Ab3d --requests-per-minute 120",
    ],
  );
  addTokenLimitOptions(addToolPolicyOptions(updateVerb)).action(
    (workspace: string, ref: string, options: RuleOptions) =>
      update(session, workspace, ref, options),
  );

  verb(token, "revoke <workspace> <token>", "revoke a token by its id or visible start", [
    "aerostack workspace token revoke backend mwt_alice_Ab3d",
    "aerostack workspace token revoke backend tok_0123456789abcdefghij",
  ]).action((workspace: string, ref: string) => revoke(session, workspace, ref));
}

async function create(
  session: Session,
  workspace: string,
  options: CreateOptions,
): Promise<void> {
  const { name, email, expires, editor } = options;
  const now = session.terminal.now();
  const expiresAt = expires === undefined ? undefined : parseExpiry(expires, now);
  const rules = { policy: toolPolicyOf(options), limits: tokenLimitsOf(options) };
  const body = { name, email, expiresAt, ...rules };

  const path = apiPath`/workspaces/${workspace}`;
  const api = await session.api();
  const { value: { slug, url } } = await api.get(path, WorkspaceView);
  const answer = await api.send({ method: "POST", path: `${path}/tokens`, body }, CreatedToken);

  const { token, id } = answer.value;
  const end = answer.value.expiresAt;
  const place = EDITOR_PLACES[editor];
  session.show(
    answer.body,
    [
      `Token of ${name} for ${slug}${end === null ? "" : `, ends ${relativeTime(end, now)}`}:`,
      `\n  ${token}\n`,
      "It will not be shown again. If it is lost, revoke it and create another:",
      `  aerostack workspace token revoke ${slug} ${id}\n`,
      `URL: ${url}\n`,
      `For ${place.title}, in ${spokenFiles(place)}:`,
      editorConfig(editor, { name: slug, url, token }),
    ].join("\n"),
  );
}

async function list(session: Session, workspace: string): Promise<void> {
  const path = apiPath`/workspaces/${workspace}/tokens`;
  const api = await session.api();
  const answer = await api.list(path, TokenView);

  const now = session.terminal.now();
  const rows = answer.value.map((token) => [
    token.id,
    token.visibleStart,
    token.name,
    token.email ?? "-",
    token.status,
    token.expiresAt === null ? "never" : relativeTime(token.expiresAt, now),
    describePolicy(token.policy),
    describeTokenLimits(token.limits),
    relativeTime(token.createdAt, now),
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(
        ["ID", "STARTS WITH", "NAME", "EMAIL", "STATUS", "ENDS", "POLICY", "LIMITS", "CREATED"],
        rows,
      )
      : `${workspace} has no tokens. Create one: ` +
        `aerostack workspace token create ${workspace} --name "Alice Chen"`,
  );
}

async function update(
  session: Session,
  workspace: string,
  ref: string,
  options: RuleOptions,
): Promise<void> {
  const body = { policy: toolPolicyOf(options), limits: tokenLimitsOf(options) };
  if (Object.values(body).every((value) => value === undefined)) {
    throw wrongUsage(
      "Nothing to change: give --allow, --deny, --read-only, --no-policy or a limit.",
    );
  }
  const path = apiPath`/workspaces/${workspace}/tokens/${ref}`;
  const api = await session.api();
  const answer = await api.send({ method: "PATCH", path, body }, TokenView);

  const { name, visibleStart } = answer.value;
  const shown = describePolicy(answer.value.policy).replace(/^-$/, "everything of its workspace");
  const limits = describeTokenLimits(answer.value.limits);
  const limited = limits === "-" ? "" : `\nIt may do: ${limits}`;
  session.show(answer.body, `${visibleStart}… of ${name} shows from now on: ${shown}${limited}`);
}

async function revoke(session: Session, workspace: string, ref: string): Promise<void> {
  const path = apiPath`/workspaces/${workspace}/tokens/${ref}`;
  const api = await session.api();
  const answer = await api.send({ method: "DELETE", path }, TokenView);

  const { name, visibleStart } = answer.value;
  session.show(answer.body, `Revoked ${visibleStart}… of ${name}; it works no more.`);
}
