import {
  acceptedContent,
  completable,
  type GetPromptResult,
  type InputRequiredResult,
  type McpServer,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { PNG } from "./conformance_content_tools.ts";
import { askFor } from "./conformance_input_tools.ts";

type Content = GetPromptResult["messages"][number]["content"];

/** Prompts with arguments, a resource, an image, and one that asks back. */
export function addPrompts(mcp: McpServer): void {
  const suggest = (value: string) => ["test", "testing", "tested"].filter((w) => w.includes(value));

  mcp.registerPrompt("test_simple_prompt", {
    description: "Has no arguments",
  }, () => said("This is a simple prompt for testing."));

  mcp.registerPrompt("test_prompt_with_arguments", {
    description: "Has two arguments",
    argsSchema: z.object({
      arg1: completable(z.string().describe("The first"), suggest),
      arg2: z.string().describe("The second"),
    }),
  }, ({ arg1, arg2 }) => said(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`));

  mcp.registerPrompt("test_prompt_with_embedded_resource", {
    description: "Has a resource inside",
    argsSchema: z.object({ resourceUri: z.string().describe("Which one") }),
  }, ({ resourceUri: uri }) => {
    const text = "Embedded resource content for testing.";
    return said("Please process the embedded resource.", {
      type: "resource",
      resource: { uri, mimeType: "text/plain", text },
    });
  });

  mcp.registerPrompt("test_prompt_with_image", {
    description: "Has an image inside",
  }, () => said("Please analyze the image.", { type: "image", data: PNG, mimeType: "image/png" }));

  mcp.registerPrompt("test_input_required_result_prompt", {
    description: "Asks for a context first",
  }, (ctx: unknown) => inContext(ctx as ServerContext));
}

function inContext({ mcpReq }: ServerContext): GetPromptResult | InputRequiredResult {
  const context = acceptedContent(mcpReq.inputResponses, "user_context")?.context;
  if (typeof context === "string") return said(`Use the following context: ${context}`);
  return askFor("user_context", "What context should the prompt use?", {
    context: { type: "string" },
  });
}

function said(text: string, ...others: Content[]): GetPromptResult {
  const contents: Content[] = [...others, { type: "text", text }];
  return { messages: contents.map((content) => ({ role: "user", content })) };
}
