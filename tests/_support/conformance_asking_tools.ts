import {
  type ElicitInputParams,
  inputRequired,
  inputResponse,
  type McpServer,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { text } from "./conformance_content_tools.ts";

type FormSchema = ElicitInputParams["requestedSchema"];

const RESPONSE: FormSchema = {
  type: "object",
  properties: { response: { type: "string", description: "The user's response" } },
  required: ["response"],
};

/** A default for every primitive type. */
const DEFAULTS: FormSchema = {
  type: "object",
  properties: {
    name: { type: "string", description: "Name", default: "John Doe" },
    age: { type: "integer", description: "Age", default: 30 },
    score: { type: "number", description: "Score", default: 95.5 },
    status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
    verified: { type: "boolean", description: "Verified", default: true },
  },
  required: [],
};

const OPTIONS = ["option1", "option2", "option3"];
const TITLED = [
  { const: "value1", title: "First" },
  { const: "value2", title: "Second" },
  { const: "value3", title: "Third" },
];

/** Every form that a choice can have. */
const ENUMS: FormSchema = {
  type: "object",
  properties: {
    untitledSingle: { type: "string", enum: OPTIONS },
    titledSingle: { type: "string", oneOf: TITLED },
    legacyEnum: { type: "string", enum: ["opt1", "opt2"], enumNames: ["Option 1", "Option 2"] },
    untitledMulti: {
      type: "array",
      minItems: 1,
      maxItems: 3,
      items: { type: "string", enum: OPTIONS },
    },
    titledMulti: { type: "array", minItems: 1, maxItems: 3, items: { anyOf: TITLED } },
  },
  required: [],
};

/**
 * Tools that ask the client in the middle of a call.
 *
 * Each is written as a call in rounds; with a legacy client the SDK asks on the stream.
 */
export function addAskingTools(mcp: McpServer): void {
  mcp.registerTool("test_sampling", {
    description: "Asks the client's model",
    inputSchema: z.object({ prompt: z.string() }),
  }, ({ prompt }, { mcpReq }) => {
    const answer = inputResponse(mcpReq.inputResponses, "llm");
    if (answer.kind === "sampling") {
      return text(`LLM response: ${JSON.stringify(answer.result.content)}`);
    }
    const messages = [{ role: "user" as const, content: { type: "text" as const, text: prompt } }];
    const llm = inputRequired.createMessage({ messages, maxTokens: 100 });
    return inputRequired({ inputRequests: { llm } });
  });

  mcp.registerTool("test_elicitation", {
    description: "Asks the user",
    inputSchema: z.object({ message: z.string() }),
  }, ({ message }, { mcpReq }) => answerOrAsk(mcpReq.inputResponses, message, RESPONSE));

  mcp.registerTool("test_elicitation_sep1034_defaults", {
    description: "Asks the user, with defaults",
  }, ({ mcpReq }) => answerOrAsk(mcpReq.inputResponses, "Please review the fields", DEFAULTS));

  mcp.registerTool("test_elicitation_sep1330_enums", {
    description: "Asks the user to choose",
  }, ({ mcpReq }) => answerOrAsk(mcpReq.inputResponses, "Please select options", ENUMS));
}

function answerOrAsk(
  responses: Parameters<typeof inputResponse>[0],
  message: string,
  requestedSchema: FormSchema,
) {
  const answer = inputResponse(responses, "user");
  if (answer.kind !== "elicit") {
    const user = inputRequired.elicit({ message, requestedSchema });
    return inputRequired({ inputRequests: { user } });
  }
  return text(`User response: ${JSON.stringify(answer)}`);
}
