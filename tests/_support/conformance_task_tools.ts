import {
  acceptedContent,
  type CallToolResult,
  type JSONObject,
  type McpServer,
  MissingRequiredClientCapabilityError,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { text } from "./conformance_content_tools.ts";
import { askFor, nameForm } from "./conformance_input_tools.ts";
import type { FixtureTasks, TaskWork } from "./conformance_tasks.ts";

/** The name under which the extension is declared on both sides. */
export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

const ABOUT_TASK = { params: z.object({ taskId: z.string() }) };

/** Tools whose calls become tasks, for clients that know those, and the methods for them. */
export function addTasks(mcp: McpServer, tasks: FixtureTasks): void {
  addMethods(mcp, tasks);

  mcp.registerTool("greet", {
    description: "Greets, at once",
    inputSchema: z.object({ name: z.string() }),
  }, ({ name }) => text(`Hello, ${name}!`));

  mcp.registerTool("slow_compute", {
    description: "Takes its time",
    inputSchema: z.object({ seconds: z.number(), label: z.string().optional() }),
  }, ({ seconds }) => {
    if (!knowsTasks(mcp)) return text("Done at once");
    return begin(tasks, async ({ pause }) => {
      await pause(seconds * 1000);
      return plain(text(`Done after ${seconds} s`));
    });
  });

  mcp.registerTool("failing_job", { description: "Ends with a tool's error" }, () => {
    demandTasks(mcp);
    return begin(tasks, () => Promise.resolve(plain({ ...text("It failed"), isError: true })));
  });

  mcp.registerTool("protocol_error_job", { description: "Breaks" }, () => {
    demandTasks(mcp);
    return begin(tasks, () => Promise.reject(new Error("It broke")));
  });

  addAskingJobs(mcp, tasks);
}

function addAskingJobs(mcp: McpServer, tasks: FixtureTasks): void {
  mcp.registerTool("confirm_delete", {
    description: "Asks one question while it runs",
    inputSchema: z.object({ filename: z.string() }),
  }, ({ filename }) => {
    demandTasks(mcp);
    return begin(tasks, async ({ ask }) => {
      const answers = await ask({ confirm: nameForm(`Delete ${filename}?`) });
      return plain(text(JSON.stringify(answers)));
    });
  });

  mcp.registerTool("multi_input", { description: "Asks two questions while it runs" }, () => {
    demandTasks(mcp);
    return begin(tasks, async ({ ask }) => {
      const answers = await ask({ first: nameForm("The first?"), second: nameForm("The second?") });
      return plain(text(JSON.stringify(answers)));
    });
  });

  mcp.registerTool("test_tool_with_task", {
    description: "Asks in a round of its call, then runs as a task",
  }, ({ mcpReq }) => {
    demandTasks(mcp);
    const name = acceptedContent(mcpReq.inputResponses, "user_name")?.name;
    if (name === undefined) return askFor("user_name", "Your name?", { name: { type: "string" } });
    return begin(tasks, () => Promise.resolve(plain(text(`Done for ${name}`))));
  });
}

function addMethods(mcp: McpServer, tasks: FixtureTasks): void {
  mcp.server.setRequestHandler("tasks/get", ABOUT_TASK, ({ taskId }) => {
    demandTasks(mcp);
    return tasks.get(taskId);
  });
  mcp.server.setRequestHandler("tasks/cancel", ABOUT_TASK, ({ taskId }) => {
    demandTasks(mcp);
    return tasks.cancel(taskId);
  });
  // The SDK takes the answers out of the parameters, as it does for every method.
  mcp.server.setRequestHandler("tasks/update", ABOUT_TASK, ({ taskId }, { mcpReq }) => {
    demandTasks(mcp);
    return tasks.update(taskId, { ...mcpReq.inputResponses } as JSONObject);
  });
}

function knowsTasks(mcp: McpServer): boolean {
  return mcp.server.getClientCapabilities()?.extensions?.[TASKS_EXTENSION] !== undefined;
}

function demandTasks(mcp: McpServer): void {
  if (knowsTasks(mcp)) return;
  const requiredCapabilities = { extensions: { [TASKS_EXTENSION]: {} } };
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities });
}

/** The SDK passes on a type of result that it does not know itself. */
function begin(tasks: FixtureTasks, work: TaskWork): CallToolResult {
  return tasks.create(work) as unknown as CallToolResult;
}

function plain(result: CallToolResult): JSONObject {
  return result as unknown as JSONObject;
}
