import { headersFor, inputsFor } from "./editor_config.ts";
import { type Connection, type Editor, tokenVariable } from "./editor.ts";

/** A workspace as a link may say it. */
export type LinkedWorkspace = Omit<Connection, "token">;

/**
 * A link that has an editor add a workspace; `null` where there is none.
 *
 * It never has a token in it: links are kept in histories and logs, and are passed on.
 */
export function installLink(editor: Editor, workspace: LinkedWorkspace): string | null {
  const connection = { ...workspace, token: null };
  const { name, url } = workspace;
  const headers = headersFor(editor, connection);

  if (editor === "cursor") {
    const config = encodeURIComponent(btoa(JSON.stringify({ url, headers })));
    const path = "cursor://anysphere.cursor-deeplink/mcp/install";
    return `${path}?name=${encodeURIComponent(name)}&config=${config}`;
  }
  if (editor === "vscode") {
    const server = { name, type: "http", url, headers, ...inputsFor(connection) };
    return `vscode:mcp/install?${encodeURIComponent(JSON.stringify(server))}`;
  }
  return null;
}

/**
 * The line for a terminal that does the same; `null` where there is none. It has no token in it
 * either, since shells keep what was typed.
 */
export function installCommand(editor: Editor, workspace: LinkedWorkspace): string | null {
  const connection = { ...workspace, token: null };
  const { name, url } = workspace;
  const { Authorization } = headersFor(editor, connection);

  switch (editor) {
    case "vscode": {
      const server = { name, type: "http", url, headers: { Authorization } };
      return `code --add-mcp '${JSON.stringify({ ...server, ...inputsFor(connection) })}'`;
    }
    case "claude-code":
      return `claude mcp add --scope user --transport http ${name} ${url} ` +
        `--header 'Authorization: ${Authorization}'`;
    case "codex":
      return `codex mcp add ${name} --url ${url} ` +
        `--bearer-token-env-var ${tokenVariable(name)}`;
    case "gemini":
      return `gemini mcp add --scope user --transport http ${name} ${url} ` +
        `--header 'Authorization: ${Authorization}'`;
    default:
      return null;
  }
}
