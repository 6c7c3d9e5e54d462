/** The editors whose configuration is written out, as the command calls them. */
export const EDITORS = [
  "cursor",
  "vscode",
  "claude-code",
  "codex",
  "gemini",
  "windsurf",
  "zed",
  "claude-desktop",
] as const;
export type Editor = typeof EDITORS[number];

/** What an editor needs to know about a workspace. */
export interface Connection {
  /** What the editor calls it; the workspace's slug. */
  name: string;
  url: string;
  /** `null` leaves it out: a configuration then says where the editor gets it from. */
  token: string | null;
}

/** Where an editor gets a token that stands in no file. */
export type TokenSource = "asked" | "variable" | "typed";

/** A file of configuration. */
export interface EditorFile {
  path: string;
  /** On which systems it lies there; `null` on all of them. */
  on: string | null;
}

/** An editor, and where its configuration of MCP servers lies. */
export interface EditorPlace {
  title: string;
  /** The file of one person, on each system. */
  files: readonly EditorFile[];
  /** The file of a project, which others see. */
  projectFile: string | null;
  tokenSource: TokenSource;
}

/** Each editor's place. */
export const EDITOR_PLACES: Record<Editor, EditorPlace> = {
  "cursor": {
    title: "Cursor",
    files: [{ path: "~/.cursor/mcp.json", on: null }],
    projectFile: ".cursor/mcp.json",
    tokenSource: "variable",
  },
  "vscode": {
    title: "VS Code",
    files: [
      { path: "~/Library/Application Support/Code/User/mcp.json", on: "macOS" },
      { path: "~/.config/Code/User/mcp.json", on: "Linux" },
      { path: "%APPDATA%\\Code\\User\\mcp.json", on: "Windows" },
    ],
    projectFile: ".vscode/mcp.json",
    tokenSource: "asked",
  },
  "claude-code": {
    title: "Claude Code",
    files: [{ path: "~/.claude.json", on: null }],
    projectFile: ".mcp.json",
    tokenSource: "variable",
  },
  "codex": {
    title: "Codex",
    files: [{ path: "~/.codex/config.toml", on: null }],
    projectFile: ".codex/config.toml",
    tokenSource: "variable",
  },
  "gemini": {
    title: "Gemini CLI",
    files: [{ path: "~/.gemini/settings.json", on: null }],
    projectFile: ".gemini/settings.json",
    tokenSource: "variable",
  },
  "windsurf": {
    title: "Windsurf",
    files: [{ path: "~/.codeium/windsurf/mcp_config.json", on: null }],
    projectFile: null,
    tokenSource: "variable",
  },
  "zed": {
    title: "Zed",
    files: [
      { path: "~/.config/zed/settings.json", on: "macOS, Linux" },
      { path: "%APPDATA%\\Zed\\settings.json", on: "Windows" },
    ],
    projectFile: null,
    tokenSource: "typed",
  },
  "claude-desktop": {
    title: "Claude Desktop",
    files: [
      {
        path: "~/Library/Application Support/Claude/claude_desktop_config.json",
        on: "macOS",
      },
      { path: "%APPDATA%\\Claude\\claude_desktop_config.json", on: "Windows" },
    ],
    projectFile: null,
    tokenSource: "typed",
  },
};

/** An editor's files in words: `a (macOS), b (Windows)`. */
export function spokenFiles({ files }: Pick<EditorPlace, "files">): string {
  return files.map(({ path, on }) => on === null ? path : `${path} (${on})`).join(", ");
}

/** What stands where a token has to be typed in. */
export const TOKEN_PLACEHOLDER = "YOUR_TOKEN";

/** The environment variable that holds a token to a workspace: `AEROSTACK_BACKEND_TOKEN`. */
export function tokenVariable(slug: string): string {
  return `AEROSTACK_${slug.toUpperCase().replaceAll("-", "_")}_TOKEN`;
}

/** What VS Code calls the value that it asks for and keeps. */
export function tokenInput(slug: string): string {
  return `aerostack-${slug}-token`;
}
