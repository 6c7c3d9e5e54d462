import {
  type Connection,
  type Editor,
  TOKEN_PLACEHOLDER,
  tokenInput,
  tokenVariable,
} from "./editor.ts";

/** The header in which every client sends a token. */
type Headers = { Authorization: string };

/** What VS Code asks for before it connects, and keeps out of the file. */
export interface AskedInput {
  type: "promptString";
  id: string;
  description: string;
  password: true;
}

/** The text of an editor's configuration, in the shape that it reads. */
export function editorConfig(editor: Editor, connection: Connection): string {
  if (editor === "codex") return codexToml(connection);
  return JSON.stringify(shapeOf(editor, connection), null, 2);
}

function shapeOf(editor: Exclude<Editor, "codex">, connection: Connection): unknown {
  const { name, url } = connection;
  const headers = headersFor(editor, connection);
  const typed = { type: "http", url, headers };

  switch (editor) {
    case "cursor":
      return { mcpServers: { [name]: { url, headers } } };
    case "vscode":
      return { ...inputsFor(connection), servers: { [name]: typed } };
    case "claude-code":
    case "gemini":
      return { mcpServers: { [name]: typed } };
    case "windsurf":
      return { mcpServers: { [name]: { serverUrl: url, headers } } };
    case "zed":
      return { context_servers: { [name]: { url, headers } } };
    case "claude-desktop":
      return { mcpServers: { [name]: remoteProgram(connection) } };
  }
}

/** The header as an editor writes it: with the token, or with where it gets it from. */
export function headersFor(editor: Editor, { name, token }: Connection): Headers {
  return { Authorization: `Bearer ${token ?? referenceOf(editor, name)}` };
}

/** What VS Code asks for; nothing where the token is given. */
export function inputsFor({ name, token }: Connection): { inputs?: AskedInput[] } {
  if (token !== null) return {};
  const description = `Your token of the workspace ${name} (mwt_…)`;
  return { inputs: [{ type: "promptString", id: tokenInput(name), description, password: true }] };
}

/** How an editor refers to a token that is not in its file. */
function referenceOf(editor: Editor, name: string): string {
  switch (editor) {
    case "vscode":
      return `\${input:${tokenInput(name)}}`;
    case "cursor":
    case "windsurf":
      return `\${env:${tokenVariable(name)}}`;
    case "claude-code":
    case "codex":
    case "gemini":
      return `\${${tokenVariable(name)}}`;
    case "zed":
    case "claude-desktop":
      return TOKEN_PLACEHOLDER;
  }
}

/** Claude Desktop sends headers only through this program; spaces are lost in its arguments. */
function remoteProgram(connection: Connection): unknown {
  const { url } = connection;
  return {
    command: "npx",
    args: [
      ...["-y", "mcp-remote", url],
      ...needsAllowHttp(url) ? ["--allow-http"] : [],
      ...["--header", "Authorization:${AUTH_HEADER}"],
    ],
    env: { AUTH_HEADER: headersFor("claude-desktop", connection).Authorization },
  };
}

/** It speaks plain http to this machine only, unless it is told to. */
function needsAllowHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && hostname !== "localhost" && hostname !== "127.0.0.1";
}

function codexToml({ name, url, token }: Connection): string {
  const credential = token === null
    ? `bearer_token_env_var = ${JSON.stringify(tokenVariable(name))}`
    : `http_headers = { Authorization = ${JSON.stringify(`Bearer ${token}`)} }`;
  return `[mcp_servers.${name}]\nurl = ${JSON.stringify(url)}\n${credential}`;
}
