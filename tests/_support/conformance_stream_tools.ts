import { setTimeout as sleep } from "node:timers/promises";
import type { McpServer } from "@modelcontextprotocol/server";
import { text } from "./conformance_content_tools.ts";
import type { Changes } from "./conformance_server.ts";

const PAUSE_MS = 50;

const STEPS = ["Tool execution started", "Tool processing data", "Tool execution completed"];

/** Tools that say something before they answer, or cause something to be said. */
export function addStreamTools(mcp: McpServer, changes: Changes): void {
  mcp.registerTool("test_tool_with_logging", {
    description: "Writes three log messages",
  }, async ({ mcpReq }) => {
    for (const step of STEPS) {
      await mcpReq.log("info", step);
      await sleep(PAUSE_MS);
    }
    return text("Tool with logging executed successfully");
  });

  mcp.registerTool("test_logging_tool", {
    description: "Writes one log message",
  }, async ({ mcpReq }) => {
    await mcpReq.log("info", "The logging tool ran");
    return text("Logged, for whoever asked for it");
  });

  mcp.registerTool("test_tool_with_progress", {
    description: "Reports progress three times",
  }, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progressToken === undefined) break;
      const message = `Completed step ${progress} of 100`;
      const params = { progressToken, progress, total: 100, message };
      await mcpReq.notify({ method: "notifications/progress", params });
      await sleep(PAUSE_MS);
    }
    return text(`Reported to ${progressToken ?? "nobody"}`);
  });

  mcp.registerTool("test_streaming_elicitation", {
    description: "Answers without asking anything",
  }, () => text("Nothing was asked"));

  // Where streams are kept, it closes its own and answers on the one that is opened next.
  mcp.registerTool("test_reconnection", {
    description: "Ends its stream before it answers",
  }, async ({ http }) => {
    http?.closeSSE?.();
    await sleep(2 * PAUSE_MS);
    return text("Reconnection test completed successfully");
  });

  mcp.registerTool("test_trigger_tool_change", {
    description: "Says that the list of tools changed",
  }, () => {
    changes.toolsChanged();
    return text("Said that the tools changed");
  });

  mcp.registerTool("test_trigger_prompt_change", {
    description: "Says that the list of prompts changed",
  }, () => {
    changes.promptsChanged();
    return text("Said that the prompts changed");
  });
}
