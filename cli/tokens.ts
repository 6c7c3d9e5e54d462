import { type Command, Option } from "commander";
import { CreatedToken, TokenView } from "../core/tokens/token.ts";
import { WorkspaceView } from "../core/workspaces/workspace.ts";
import { apiPath } from "./api_path.ts";
import { type Editor, EDITOR_FILES, editorConfig, EDITORS } from "./editor_config.ts";
import { formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { parseExpiry, relativeTime } from "./times.ts";
import { verb } from "./verb.ts";

interface CreateOptions {
  name: string;
  email?: string;
  expires?: string;
  editor: Editor;
}

/** `workspace token create`, `list`, `revoke`. */
export function addTokenVerbs(token: Command, session: Session): void {
  verb(token, "create <workspace>", "give a person a token; it is shown once", [
    'aerostack workspace token create backend --name "Alice Chen"',
    'aerostack workspace token create backend --name "Alice Chen" --email alice@example.com --expires 90d',
    'aerostack workspace token create backend --name "CI" --expires 2030-01-31 --editor vscode',
  ])
    .requiredOption("--name <name>", "the person's name")
    .option("--email <email>", "the person's e-mail address")
    .option("--expires <when>", "90d, 12h, 2w, or a date (until its end, UTC)")
    .addOption(
      new Option("--editor <editor>", "whose mcp.json to print").choices(EDITORS).default("cursor"),
    )
    .action((workspace: string, options: CreateOptions) => create(session, workspace, options));

  verb(token, "list <workspace>", "list the tokens of a workspace", [
    "aerostack workspace token list backend",
  ]).action((workspace: string) => list(session, workspace));

  verb(token, "revoke <workspace> <token>", "revoke a token by its id or visible start", [
    "aerostack workspace token revoke backend mwt_alice_Ab3d",
    "aerostack workspace token revoke backend tok_0123456789abcdefghij",
  ]).action((workspace: string, ref: string) => revoke(session, workspace, ref));
}

async function create(
  session: Session,
  workspace: string,
  { name, email, expires, editor }: CreateOptions,
): Promise<void> {
  const now = session.terminal.now();
  const expiresAt = expires === undefined ? undefined : parseExpiry(expires, now);
  const body = { name, email, expiresAt };

  const path = apiPath`/workspaces/${workspace}`;
  const api = await session.api();
  const { value: { slug, url } } = await api.get(path, WorkspaceView);
  const answer = await api.send({ method: "POST", path: `${path}/tokens`, body }, CreatedToken);

  const { token, id } = answer.value;
  const end = answer.value.expiresAt;
  const { title, file } = EDITOR_FILES[editor];
  session.show(
    answer.body,
    [
      `Token of ${name} for ${slug}${end === null ? "" : `, ends ${relativeTime(end, now)}`}:`,
      `\n  ${token}\n`,
      "It will not be shown again. If it is lost, revoke it and create another:",
      `  aerostack workspace token revoke ${slug} ${id}\n`,
      `URL: ${url}\n`,
      `${file} for ${title}:`,
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
    relativeTime(token.createdAt, now),
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["ID", "STARTS WITH", "NAME", "EMAIL", "STATUS", "ENDS", "CREATED"], rows)
      : `${workspace} has no tokens. Create one: ` +
        `aerostack workspace token create ${workspace} --name "Alice Chen"`,
  );
}

async function revoke(session: Session, workspace: string, ref: string): Promise<void> {
  const path = apiPath`/workspaces/${workspace}/tokens/${ref}`;
  const api = await session.api();
  const answer = await api.send({ method: "DELETE", path }, TokenView);

  const { name, visibleStart } = answer.value;
  session.show(answer.body, `Revoked ${visibleStart}… of ${name}; it works no more.`);
}
