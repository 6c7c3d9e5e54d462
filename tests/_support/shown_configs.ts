import { parse as parseToml } from "smol-toml";
import { z } from "zod";
import { type Editor, EDITORS } from "../../core/connect/editor.ts";

/** How an editor would connect, by what its configuration says. */
export interface ShownConnection {
  url: string;
  /** The whole header. */
  authorization: string;
}

const Http = z.object({
  url: z.string().optional(),
  serverUrl: z.string().optional(),
  headers: z.object({ Authorization: z.string() }),
});

const Input = z.object({ type: z.literal("promptString"), id: z.string(), password: z.boolean() });

/** A program that Claude Desktop starts, with what it is told. */
export const Program = z.object({
  command: z.literal("npx"),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
});
export type Program = z.infer<typeof Program>;

/** The text of every editor's configuration on a page, as a browser would show it. */
export function configsOn(html: string): Map<Editor, string> {
  return new Map(EDITORS.map((editor) => {
    const [, part = ""] = html.split(`id="editor-${editor}"`);
    const code = /<pre[^>]*><code>(.*?)<\/code><\/pre>/s.exec(part)?.[1];
    if (code === undefined) throw new Error(`The page has no configuration for ${editor}`);
    return [editor, plain(code)];
  }));
}

/**
 * What an editor reads in its configuration, after it has filled in what it takes from elsewhere:
 * `values` by the names of environment variables and of inputs that it asks for.
 */
export function connectionOf(
  editor: Editor,
  text: string,
  values: Record<string, string> = {},
): ShownConnection {
  if (editor === "codex") return codexConnection(text, values);
  const config = JSON.parse(text);
  const list = { vscode: "servers", zed: "context_servers" }[editor as string] ?? "mcpServers";
  const [server, ...others] = Object.values(config[list]);
  if (others.length > 0) throw new Error(`${editor} has ${others.length} servers more`);
  if (editor === "claude-desktop") return programConnection(Program.parse(server));

  const { url, serverUrl, headers } = Http.parse(server);
  const address = editor === "windsurf" ? serverUrl : url;
  if (address === undefined) throw new Error(`${editor} has no address`);
  for (const { id } of z.array(Input).parse(config.inputs ?? [])) {
    if (values[id] === undefined) throw new Error(`${editor} asks for ${id}`);
  }
  return { url: address, authorization: filledIn(editor, headers.Authorization, values) };
}

/** Each editor has its own way to say that a value comes from elsewhere. */
function filledIn(editor: Editor, text: string, values: Record<string, string>): string {
  const pattern = {
    "cursor": /\$\{env:(\w+)\}/g,
    "windsurf": /\$\{env:(\w+)\}/g,
    "vscode": /\$\{input:([\w-]+)\}/g,
    "claude-code": /\$\{(\w+)\}/g,
    "gemini": /\$\{(\w+)\}/g,
  }[editor as string] ?? /(YOUR_TOKEN)/g;
  return text.replaceAll(pattern, (_, name) => values[name] ?? "");
}

function codexConnection(text: string, values: Record<string, string>): ShownConnection {
  const Server = z.object({
    url: z.string(),
    bearer_token_env_var: z.string().optional(),
    http_headers: z.object({ Authorization: z.string() }).optional(),
  }).strict();
  const { mcp_servers } = z.object({ mcp_servers: z.record(z.string(), Server) })
    .parse(parseToml(text));
  const [server] = Object.values(mcp_servers);
  const { url, bearer_token_env_var: name, http_headers } = server;
  const authorization = http_headers?.Authorization ?? `Bearer ${values[name ?? ""] ?? ""}`;
  return { url, authorization };
}

function programConnection({ args, env }: Program): ShownConnection {
  const [, program, url] = args;
  if (program !== "mcp-remote") throw new Error(`Claude Desktop starts ${program}`);
  const header = args[args.indexOf("--header") + 1];
  const text = header.replaceAll(/\$\{(\w+)\}/g, (_, name) => env[name] ?? "");
  return { url, authorization: text.replace(/^Authorization:/, "") };
}

/** HTML's escapes, and no others. */
export function plain(html: string): string {
  return html.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
