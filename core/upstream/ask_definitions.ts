import type { KnownDefinitions } from "../definitions/known_definitions.ts";
import { GatewayError } from "../errors.ts";
import type { JsonObject } from "../mcp/message.ts";
import type { Server } from "../servers/server.ts";
import type { TestReport } from "../servers/test_report.ts";
import { type TrialDeps, tryServer } from "./test_server.ts";
import type { Trial } from "./try_connection.ts";

interface Deps extends TrialDeps {
  definitions: KnownDefinitions;
}

/** What a server said it has when it was asked just now. */
export interface AskedDefinitions {
  report: TestReport;
  tools: number;
  prompts: number;
}

/**
 * Connects to a server, and takes its lists of tools and prompts as the gateway takes every
 * list: the first is trusted, and what differs later waits for an admin.
 *
 * A server that fails gives a report that says where. Throws `conflict` for a disabled one.
 */
export async function askDefinitions(
  deps: Deps,
  server: Server,
  signal?: AbortSignal,
): Promise<AskedDefinitions> {
  let [tools, prompts] = [0, 0];
  const report = await tryServer(deps, server, async (trial, listed) => {
    const asked = await promptsOf(trial);
    const compared = [
      await deps.definitions.compare(server, "tools", listed, true),
      await deps.definitions.compare(server, "prompts", asked, true),
    ];
    if (compared.includes(-1)) {
      throw new GatewayError("internal", `Cannot keep the definitions of "${server.slug}"`);
    }
    tools = listed.length;
    prompts = asked.length;
  }, signal);
  return { report, tools, prompts };
}

/** A server that says it has no prompts is not asked for them. */
async function promptsOf({ greeting, list }: Trial): Promise<readonly JsonObject[]> {
  return "prompts" in greeting.capabilities ? await list("prompts") : [];
}
