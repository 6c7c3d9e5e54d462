import { createRequestStateCodec, McpServer } from "@modelcontextprotocol/server";
import { addAskingTools } from "./conformance_asking_tools.ts";
import { addContentTools } from "./conformance_content_tools.ts";
import { addInputTools } from "./conformance_input_tools.ts";
import { addPrompts } from "./conformance_prompts.ts";
import { addResources } from "./conformance_resources.ts";
import { addStreamTools } from "./conformance_stream_tools.ts";
import { addTasks, TASKS_EXTENSION } from "./conformance_task_tools.ts";
import type { FixtureTasks } from "./conformance_tasks.ts";

/** Tells everyone who listens that a list is another one now. */
export interface Changes {
  toolsChanged(): void;
  promptsChanged(): void;
}

/** Seals what a call in several rounds has to remember, and opens it again. */
export type RoundState = ReturnType<typeof createRequestStateCodec<Record<string, unknown>>>;

/** A key for that, shared by all servers of one fixture. */
export function roundState(): RoundState {
  return createRequestStateCodec<Record<string, unknown>>({
    key: crypto.getRandomValues(new Uint8Array(32)),
  });
}

/** What the servers of one fixture share. */
export interface Shared {
  changes: Changes;
  state: RoundState;
  tasks: FixtureTasks;
}

/**
 * A server that offers everything that the public conformance suite asks servers for.
 *
 * Tasks are an extension of 2026-07-28 and are offered in that era alone.
 */
export function conformanceServer(
  era: "legacy" | "modern",
  { changes, state, tasks }: Shared,
): McpServer {
  const mcp = new McpServer({ name: "conformance-fixture", version: "1.0.0" }, {
    capabilities: {
      tools: { listChanged: true },
      prompts: { listChanged: true },
      resources: { listChanged: true, subscribe: true },
      logging: {},
      completions: {},
      ...(era === "modern" ? { extensions: { [TASKS_EXTENSION]: {} } } : {}),
    },
    requestState: { verify: state.verify },
  });

  addContentTools(mcp);
  addStreamTools(mcp, changes);
  addAskingTools(mcp);
  addInputTools(mcp, state);
  addResources(mcp);
  addPrompts(mcp);
  if (era === "modern") addTasks(mcp, tasks);
  return mcp;
}
