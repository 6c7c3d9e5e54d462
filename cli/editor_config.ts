/** The editors whose configuration is printed ready to paste. */
export const EDITORS = ["cursor", "vscode", "claude-code"] as const;
export type Editor = typeof EDITORS[number];

/** What an editor needs to know about a workspace. */
export interface Connection {
  /** What the editor calls it; the workspace's slug. */
  name: string;
  url: string;
  token: string;
}

/** An editor's name and where its configuration of MCP servers lies. */
export const EDITOR_FILES: Record<Editor, { title: string; file: string }> = {
  "cursor": { title: "Cursor", file: ".cursor/mcp.json" },
  "vscode": { title: "VS Code", file: ".vscode/mcp.json" },
  "claude-code": { title: "Claude Code", file: ".mcp.json" },
};

/** The text of an editor's `mcp.json`, each in the shape that it reads. */
export function editorConfig(editor: Editor, { name, url, token }: Connection): string {
  const headers = { Authorization: `Bearer ${token}` };
  const typed = { type: "http", url, headers };

  const shapes: Record<Editor, unknown> = {
    "cursor": { mcpServers: { [name]: { url, headers } } },
    "vscode": { servers: { [name]: typed } },
    "claude-code": { mcpServers: { [name]: typed } },
  };
  return JSON.stringify(shapes[editor], null, 2);
}
