import type { Outcome } from "../calls/call.ts";
import { asGatewayError } from "../errors.ts";
import {
  errorOf,
  type JsonObject,
  RPC,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from "../mcp/message.ts";
import { mirroredHeaders } from "../mcp/param_headers.ts";
import { asLegacyResult, asModernResult, wantsInput } from "../mcp/results.ts";
import { looksShortened } from "../mcp/tool_names.ts";
import type { Connector } from "../upstream/connector.ts";
import { answerServerRequest } from "../upstream/legacy_session.ts";
import type { CatalogTool, ToolCatalog } from "../upstream/tool_catalog.ts";
import type { Caller, Target, UpstreamAnswer } from "../upstream/upstream.ts";
import { TakenBack } from "./in_flight.ts";
import { errorAnswer, type Log } from "./rpc_reply.ts";

/** What a tool call needs. */
export interface ToolCallDeps {
  connector: Connector;
  catalog: ToolCatalog;
  log: Log;
}

/** One call of a tool, after the plan said whose it is. */
export interface ToolCall {
  request: RpcRequest;
  target: Target;
  caller: Caller;
  exposedName: string;
  /** The exposed name without its server part. */
  rest: string;
  signal: AbortSignal;
  onNotification(notification: RpcNotification): void | Promise<void>;
}

/** How a call ended, for its caller and for the record. */
export interface ToolCallEnd {
  response: RpcResponse;
  /** The HTTP status, where the protocol gives it a meaning. */
  status: number;
  outcome: Outcome;
  /** The tool's own name. */
  tool: string;
}

/** Calls a tool at its server. Never throws: every way to fail is an answer. */
export async function callTool(deps: ToolCallDeps, call: ToolCall): Promise<ToolCallEnd> {
  let tool = call.rest;

  try {
    const known = await findTool(deps, call);
    tool = known.name;
    const answer = await ask(deps, call, known);
    return { ...endOf(call, answer), tool };
  } catch (error) {
    const outcome = error instanceof TakenBack ? "cancelled" : outcomeOf(error);
    return { response: errorAnswer(call.request.id, error, deps.log), status: 200, outcome, tool };
  }
}

/** What the modern era says with the status of an error (2026-07-28, Streamable HTTP). */
const MEANINGFUL_STATUS: readonly number[] = [400, 404];

function outcomeOf(error: unknown): Outcome {
  const { code } = asGatewayError(error);
  return code === "upstream_failed" || code === "upstream_timeout" ? "upstream_failure" : "refused";
}

/**
 * The tool behind an exposed name.
 *
 * Only a server's list tells what a shortened name stands for, and which arguments a
 * modern server wants in headers; any other name can be called without it.
 */
async function findTool(deps: ToolCallDeps, call: ToolCall): Promise<CatalogTool> {
  const { target, caller, exposedName } = call;
  const remembered = deps.catalog.find(target, exposedName);
  if (remembered) return remembered;

  const asItIs = { name: call.rest, paramHeaders: [] };
  const isUnlisted = remembered === undefined;
  // A shortened name that the list does not know may be newer than the list.
  const needsList = looksShortened(exposedName) ||
    (isUnlisted && deps.connector.mayBeModern(target, caller.era));
  if (!needsList) return asItIs;

  try {
    await deps.catalog.list(target, caller, call.signal);
  } catch (error) {
    // A server that cannot list may still answer the call itself.
    if (error instanceof TakenBack) throw error;
  }
  return deps.catalog.find(target, exposedName) ?? asItIs;
}

async function ask(
  deps: ToolCallDeps,
  call: ToolCall,
  tool: CatalogTool,
): Promise<UpstreamAnswer> {
  const answer = await askOnce(deps, call, tool);
  const refusedHeaders = answer.response.error?.code === RPC.headerMismatch &&
    answer.status === 400;
  if (!refusedHeaders) return answer;

  // Not executed: the definition changed. List and send again (2026-07-28, Client Behavior).
  await deps.catalog.list(call.target, call.caller, call.signal);
  const renewed = deps.catalog.find(call.target, call.exposedName) ?? tool;
  return await askOnce(deps, call, renewed);
}

function askOnce(deps: ToolCallDeps, call: ToolCall, tool: CatalogTool): Promise<UpstreamAnswer> {
  const params: JsonObject = { ...call.request.params, name: tool.name };
  return deps.connector.request({
    target: call.target,
    caller: call.caller,
    id: call.request.id,
    method: "tools/call",
    params,
    paramHeaders: mirroredHeaders(tool.paramHeaders, params.arguments),
    signal: call.signal,
    timeoutMs: call.target.timeoutMs,
    isRepeatable: false,
    onNotification: call.onNotification,
    onRequest: (request) => Promise.resolve(answerServerRequest(request)),
  });
}

function endOf(call: ToolCall, answer: UpstreamAnswer): Omit<ToolCallEnd, "tool"> {
  const { response } = answer;
  if (response.result === undefined) {
    const hasMeaning = call.caller.era === "modern" && answer.route === "modern" &&
      MEANINGFUL_STATUS.includes(answer.status);
    const status = hasMeaning ? answer.status : 200;
    return { response: { ...response, id: call.request.id }, status, outcome: "protocol_error" };
  }

  const outcome: Outcome = response.result.isError === true ? "tool_error" : "ok";
  if (call.caller.era === "modern") {
    const result = asModernResult(response.result);
    return { response: { ...response, result }, status: 200, outcome };
  }
  if (wantsInput(response.result)) return { ...inputRefused(call), status: 200 };
  const result = asLegacyResult(response.result);
  return { response: { ...response, result }, status: 200, outcome };
}

function inputRefused(call: ToolCall): Pick<ToolCallEnd, "response" | "outcome"> {
  const sentence = `Server "${call.target.slug}" asked for input, which a client of protocol ` +
    `version ${call.caller.client.protocolVersion} cannot be asked for here`;
  return {
    response: errorOf(call.request.id, RPC.internalError, sentence),
    outcome: "upstream_failure",
  };
}
