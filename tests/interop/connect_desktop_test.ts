import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client";
// @ts-types="@modelcontextprotocol/sdk/client/stdio"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { editorConfig } from "../../core/connect/editor_config.ts";
import { openWorkspace, startGateway } from "../_support/gateway.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { NPM_PROGRAMS } from "../_support/npm_programs.ts";
import { Program } from "../_support/shown_configs.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

Deno.test("mcp-remote connects with what Claude Desktop is told to start", OPTIONS, async () => {
  await using upstream = startBothEras();
  await using gateway = await startGateway();
  const { token } = await openWorkspace(gateway, { files: upstream });
  const url = gateway.workspaceUrl("team");
  const config = JSON.parse(editorConfig("claude-desktop", { name: "team", url, token }));
  const { args, env } = Program.parse(config.mcpServers.team);
  const [yes, program, ...rest] = args;
  assert.deepEqual([yes, program], ["-y", "mcp-remote"]);

  const folder = await Deno.makeTempDir({ prefix: "mcp-remote-" });
  const denoDir = Deno.env.get("DENO_DIR");
  const transport = new StdioClientTransport({
    command: Deno.execPath(),
    args: ["run", "--no-config", "--no-lock", "-A", NPM_PROGRAMS.mcpRemote, ...rest],
    env: {
      ...env,
      MCP_REMOTE_CONFIG_DIR: folder,
      PATH: folder,
      ...denoDir === undefined ? {} : { DENO_DIR: denoDir },
    },
    stderr: "ignore",
  });
  const client = new Client({ name: "desktop-test-client", version: "1.0.0" });
  await client.connect(transport, { timeout: 120_000 });
  const { tools } = await client.listTools();
  await client.close();
  await Deno.remove(folder, { recursive: true });

  assert.ok(tools.some(({ name }) => name === "files__echo"));
});
