import {
  acceptedContent,
  type ElicitRequestFormParams,
  type InputRequests,
  inputRequired,
  type InputRequiredResult,
  inputResponse,
  type McpServer,
} from "@modelcontextprotocol/server";
import { text } from "./conformance_content_tools.ts";
import type { RoundState } from "./conformance_server.ts";

type Fields = ElicitRequestFormParams["requestedSchema"]["properties"];

const STRING = { type: "string" } as const;
const BOOLEAN = { type: "boolean" } as const;

const ROOTS = inputRequired.listRoots();

/** Tools whose calls take several rounds (2026-07-28, multi-round trip requests). */
export function addInputTools(mcp: McpServer, state: RoundState): void {
  addSingleQuestions(mcp);
  addSeveralQuestions(mcp, state);
  addStatefulQuestions(mcp, state);
  addRounds(mcp, state);
}

/** A result that asks the user for these fields. */
export function askFor(
  key: string,
  message: string,
  fields: Fields,
  requestState?: string,
): InputRequiredResult {
  return inputRequired({ inputRequests: { [key]: form(message, fields) }, requestState });
}

/** A question with one field, `name`. */
export function nameForm(message: string): InputRequests[string] {
  return form(message, { name: STRING });
}

function addSingleQuestions(mcp: McpServer): void {
  mcp.registerTool("test_input_required_result_elicitation", {
    description: "Asks for a name",
  }, ({ mcpReq }) => {
    const name = acceptedContent(mcpReq.inputResponses, "user_name")?.name;
    if (typeof name === "string") return text(`Hello, ${name}!`);
    return askFor("user_name", "What is your name?", { name: STRING });
  });

  mcp.registerTool("test_input_required_result_sampling", {
    description: "Asks the client's model",
  }, ({ mcpReq }) => {
    const answer = inputResponse(mcpReq.inputResponses, "capital_question");
    if (answer.kind === "sampling") return text(`It said ${JSON.stringify(answer.result.content)}`);
    const capital_question = ask("What is the capital of France?");
    return inputRequired({ inputRequests: { capital_question } });
  });

  // The same question; the suite calls it as a client that has no model.
  mcp.registerTool("test_missing_capability", {
    description: "Needs a client with a model",
  }, ({ mcpReq }) => {
    const answer = inputResponse(mcpReq.inputResponses, "llm");
    if (answer.kind === "sampling") return text("The model answered");
    return inputRequired({ inputRequests: { llm: ask("Reply with one word") } });
  });

  mcp.registerTool("test_input_required_result_list_roots", {
    description: "Asks for the roots",
  }, ({ mcpReq }) => {
    const answer = inputResponse(mcpReq.inputResponses, "client_roots");
    if (answer.kind === "roots") return text(answer.roots.map(({ uri }) => uri).join(", "));
    return inputRequired({ inputRequests: { client_roots: ROOTS } });
  });
}

function addSeveralQuestions(mcp: McpServer, state: RoundState): void {
  mcp.registerTool("test_input_required_result_multiple_inputs", {
    description: "Asks three questions at once",
  }, async ({ mcpReq }) => {
    const name = acceptedContent(mcpReq.inputResponses, "user_name")?.name;
    const greeting = inputResponse(mcpReq.inputResponses, "greeting");
    const roots = inputResponse(mcpReq.inputResponses, "client_roots");
    if (typeof name === "string" && greeting.kind === "sampling" && roots.kind === "roots") {
      return text(`${name} has ${roots.roots.length} roots`);
    }
    return inputRequired({
      inputRequests: everyKind({ elicitation: {}, sampling: {}, roots: {} }),
      requestState: await state.mint({ tool: "multiple_inputs" }),
    });
  });

  mcp.registerTool("test_input_required_result_capabilities", {
    description: "Asks only what the client can answer",
  }, ({ mcpReq }) => {
    if (mcpReq.inputResponses !== undefined) return text("Everything was answered");
    return inputRequired({ inputRequests: everyKind(mcp.server.getClientCapabilities() ?? {}) });
  });
}

function addStatefulQuestions(mcp: McpServer, state: RoundState): void {
  for (const tool of ["request_state", "tampered_state"]) {
    mcp.registerTool(`test_input_required_result_${tool}`, {
      description: "Asks for a confirmation, and remembers that it did",
    }, async ({ mcpReq }) => {
      const isConfirmed = acceptedContent(mcpReq.inputResponses, "confirm") !== undefined;
      if (isConfirmed && mcpReq.requestState() !== undefined) return text("state-ok");
      return askFor("confirm", "Please confirm", { ok: BOOLEAN }, await state.mint({ tool }));
    });
  }
}

function addRounds(mcp: McpServer, state: RoundState): void {
  mcp.registerTool("test_input_required_result_multi_round", {
    description: "Asks twice",
  }, async ({ mcpReq }) => {
    const { name } = mcpReq.requestState<Record<string, unknown>>() ?? {};
    const color = acceptedContent(mcpReq.inputResponses, "step2")?.color;
    if (name !== undefined && color !== undefined) return text(`${name} likes ${color}`);

    const given = acceptedContent(mcpReq.inputResponses, "step1")?.name;
    const next = await state.mint(given === undefined ? { round: 1 } : { round: 2, name: given });
    if (given === undefined) return askFor("step1", "Your name?", { name: STRING }, next);
    return askFor("step2", "Your favorite color?", { color: STRING }, next);
  });
}

/** A question of each kind that this client can answer. */
function everyKind(able: { elicitation?: object; sampling?: object; roots?: object }) {
  const requests: InputRequests = {};
  if (able.elicitation) requests.user_name = nameForm("What is your name?");
  if (able.sampling) requests.greeting = ask("Generate a greeting");
  if (able.roots) requests.client_roots = ROOTS;
  return requests;
}

function form(message: string, properties: Fields) {
  const required = Object.keys(properties);
  return inputRequired.elicit({
    message,
    requestedSchema: { type: "object", properties, required },
  });
}

function ask(text: string) {
  const messages = [{ role: "user" as const, content: { type: "text" as const, text } }];
  return inputRequired.createMessage({ messages, maxTokens: 100 });
}
