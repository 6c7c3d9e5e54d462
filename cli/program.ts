import { Command } from "commander";
import { addAdminTokenVerbs } from "./admin_tokens.ts";
import { addAnalyticsVerb } from "./analytics.ts";
import { addRebuildVerb } from "./analytics_rebuild.ts";
import { addAuditVerbs } from "./audit.ts";
import { addCallsVerbs } from "./calls.ts";
import { addDeliveryVerbs } from "./deliveries.ts";
import { addCallsShowVerb } from "./calls_show.ts";
import { addEventsVerbs } from "./events.ts";
import { addKeysVerbs } from "./keys.ts";
import { addLoginVerbs } from "./login.ts";
import { addMemberVerbs } from "./members.ts";
import { addMcpVerbs } from "./mcp.ts";
import { addMeVerbs } from "./me.ts";
import { addMcpTestVerb } from "./mcp_probe.ts";
import { addInstallVerbs } from "./mcp_install.ts";
import { addReviewVerb } from "./mcp_review.ts";
import { addSecretsVerbs } from "./secrets.ts";
import type { Session } from "./session.ts";
import { addSinkVerbs } from "./sinks.ts";
import { addTokenVerbs } from "./tokens.ts";
import { addWebhookVerbs } from "./webhooks.ts";
import { addWorkspaceVerbs } from "./workspace.ts";
import { addWorkspaceArgumentsVerbs } from "./workspace_arguments.ts";

const ENVIRONMENT = `
Environment:
  AEROSTACK_URL         address of the gateway, such as https://mcp.example.com
  AEROSTACK_TOKEN       an admin's token (aat_…), the gateway's AEROSTACK_ADMIN_TOKEN, or for
                        "me" a member's own token (mwt_…)
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
  addReviewVerb(mcp, session);

  addSecretsVerbs(
    program.command("secrets").description("keys of a server, injected into its calls"),
    session,
  );

  addKeysVerbs(
    program.command("keys").description(
      "the gateway's master keys, under which secrets are sealed",
    ),
    session,
  );

  const workspace = program.command("workspace").description("workspaces and their tokens");
  addWorkspaceVerbs(workspace, session);
  addTokenVerbs(
    workspace.command("token").description("one person's key to a workspace"),
    session,
  );
  addWorkspaceArgumentsVerbs(
    workspace.command("arguments").description("what is kept of the arguments of calls"),
    session,
  );

  addMemberVerbs(
    program.command("member").description("people, and what they have access to"),
    session,
  );

  addMeVerbs(program.command("me").description("what members do with their own tokens"), session);

  addRebuildVerb(addAnalyticsVerb(program, session), session);
  const calls = program.command("calls").description("the record of calls");
  addCallsVerbs(calls, session);
  addCallsShowVerb(calls, session);
  addEventsVerbs(
    program.command("events").description("what servers did that an admin should see"),
    session,
  );
  const webhook = program.command("webhook").description("where alerts are sent, and what was");
  addWebhookVerbs(webhook, session);
  addDeliveryVerbs(webhook, session);
  addSinkVerbs(
    program.command("sink").description("where the log is sent, for a SIEM"),
    session,
  );
  addAuditVerbs(program.command("audit").description("who changed what"), session);
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
  const isVerb = command.commands.length === 0 || command.options.length > 0;
  if (isVerb || command.parent === null) {
    command.option("--json", "print the API's answer as JSON");
  }
  for (const child of command.commands) addJsonOption(child);
}
