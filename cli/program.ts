import { Command } from "commander";
import { addAdminTokenVerbs } from "./admin_tokens.ts";
import { addAnalyticsVerb } from "./analytics.ts";
import { addCallsVerbs } from "./calls.ts";
import { addLoginVerbs } from "./login.ts";
import { addMcpVerbs } from "./mcp.ts";
import { addMcpTestVerb } from "./mcp_probe.ts";
import { addInstallVerbs } from "./mcp_install.ts";
import { addSecretsVerbs } from "./secrets.ts";
import type { Session } from "./session.ts";
import { addTokenVerbs } from "./tokens.ts";
import { addWorkspaceVerbs } from "./workspace.ts";

const ENVIRONMENT = `
Environment:
  AEROSTACK_URL         address of the gateway, such as https://mcp.example.com
  AEROSTACK_TOKEN       an admin's token (aat_…), or the gateway's AEROSTACK_ADMIN_TOKEN
  AEROSTACK_CONFIG_DIR  where login keeps its credentials

Every verb has help with examples: aerostack mcp register --help`;

/** Builds the whole command; nothing runs before it is given arguments. */
export function buildProgram(session: Session, version: string): Command {
  const program = new Command("aerostack")
    .description("Registers MCP servers, secrets, workspaces and tokens at a gateway.")
    .version(version, "-V, --version", "print the version")
    .addHelpText("after", ENVIRONMENT)
    .exitOverride();

  addLoginVerbs(program, session);

  const mcp = program.command("mcp").description("MCP servers and where they are installed");
  addMcpVerbs(mcp, session);
  addMcpTestVerb(mcp, session);
  addInstallVerbs(mcp, session);

  addSecretsVerbs(
    program.command("secrets").description("keys of a server, injected into its calls"),
    session,
  );

  const workspace = program.command("workspace").description("workspaces and their tokens");
  addWorkspaceVerbs(workspace, session);
  addTokenVerbs(
    workspace.command("token").description("one person's key to a workspace"),
    session,
  );

  addAnalyticsVerb(program, session);
  addCallsVerbs(program.command("calls").description("the record of calls"), session);
  addAdminTokenVerbs(
    program.command("admin").description("admins of the gateway")
      .command("token").description("admins' tokens for this command and for scripts"),
    session,
  );

  addJsonOption(program);
  return program;
}

/** `--json` on every verb, and on the command itself for whoever writes it first. */
function addJsonOption(command: Command): void {
  if (command.commands.length === 0 || command.parent === null) {
    command.option("--json", "print the API's answer as JSON");
  }
  for (const child of command.commands) addJsonOption(child);
}
