import type { Outcome } from "../calls/call.ts";
import { asGatewayError } from "../errors.ts";
import { errorForCaller, itemsForCaller, resultForCaller } from "../mcp/border.ts";
import { type ListKind, listOf } from "../mcp/methods.ts";
import { isObject, type JsonObject, RPC, type RpcResponse } from "../mcp/message.ts";
import { withoutInvalidTools } from "../mcp/param_headers.ts";
import { wantsInput } from "../mcp/results.ts";
import { exposeError, exposeItems, exposeResult } from "../mcp/rewrite.ts";
import type { Server } from "../servers/server.ts";
import type { UpstreamAnswer } from "../upstream/upstream.ts";
import { AnswerPassing } from "./answer_passing.ts";
import { exchange, type ExchangeDeps } from "./exchange.ts";
import { TakenBack } from "./in_flight.ts";
import type { Incoming, Passed } from "./incoming.ts";
import { errorAnswer, type Log } from "./rpc_reply.ts";

/** What forwarding a request needs. */
export interface ForwardDeps extends ExchangeDeps {
  log: Log;
}

/** How a forwarded request ended, for its caller and for the record. */
export interface ForwardEnd {
  response: RpcResponse;
  /** The HTTP status, where the protocol gives it a meaning. */
  status: number;
  outcome: Outcome;
  /** The own name of what was asked for. */
  item: string;
  /** The end of an answer that was passed on while it came; `response` only stands for it. */
  passed?: Passed;
}

/** What the modern era says with the status of an error (2026-07-28, Streamable HTTP). */
const MEANINGFUL_STATUS: readonly number[] = [400, 404];

/**
 * Passes one request on to one server and its answer back, in the caller's era and under
 * the names that the caller sees. Never throws: every way to fail is an answer.
 */
export async function forward(
  deps: ForwardDeps,
  incoming: Incoming,
  server: Server,
  item: string,
): Promise<ForwardEnd> {
  const { request } = incoming;
  const passing = new AnswerPassing(incoming, server.slug);

  try {
    const target = await incoming.access.snapshot.target(server);
    const { answer, own } = await exchange(deps, incoming, { target, item, large: passing });
    const passed = passing.passed ?? undefined;
    return { ...endOf(incoming, server.slug, answer), item: own, passed };
  } catch (error) {
    const response = errorAnswer(request.id, error, deps.log);
    return { response, status: statusOf(incoming, error), outcome: outcomeOf(error), item };
  }
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof TakenBack) return "cancelled";
  const { code } = asGatewayError(error);
  return code === "upstream_failed" || code === "upstream_timeout" ? "upstream_failure" : "refused";
}

/** A modern request that breaks the protocol has its own status (Streamable HTTP). */
function statusOf({ caller }: Incoming, error: unknown): number {
  const isFault = ["header_mismatch", "invalid_input"].includes(asGatewayError(error).code);
  return caller.era === "modern" && isFault ? 400 : 200;
}

function endOf(
  incoming: Incoming,
  slug: string,
  answer: UpstreamAnswer,
): Omit<ForwardEnd, "item"> {
  const { request: { id, method, params }, caller, scope } = incoming;
  const { response, route } = answer;
  const crossing = { callerEra: caller.era, route, method };

  if (response.result === undefined) {
    const exposed = response.error && exposeError(scope.naming, slug, response.error);
    const error = exposed && errorForCaller({ ...crossing, params, error: exposed });
    const status = caller.era === "modern" ? statusIn(answer) : 200;
    return { response: { ...response, id, error }, status, outcome: "protocol_error" };
  }

  const inEra = resultForCaller({ ...crossing, result: listed(incoming, slug, answer) });
  const result = exposeResult(scope.naming, slug, method, inEra);
  return { response: { ...response, id, result }, status: 200, outcome: outcomeIn(result) };
}

/** The status that an error has in the modern era; a legacy server gives it none. */
function statusIn({ response, route, status }: UpstreamAnswer): number {
  if (route === "modern") return MEANINGFUL_STATUS.includes(status) ? status : 200;
  return response.error?.code === RPC.methodNotFound ? 404 : 200;
}

/** A page of a server's list as this caller can read it; any other result as it came. */
function listed(
  { request: { method }, caller, scope }: Incoming,
  slug: string,
  { response, route }: UpstreamAnswer,
): JsonObject {
  const result = response.result ?? {};
  const kind: ListKind | null = listOf(method);
  const items = kind === null ? null : result[kind];
  if (kind === null || !Array.isArray(items)) return result;

  const objects = items.filter(isObject);
  const usable = kind === "tools" && route === "modern"
    ? withoutInvalidTools(objects).tools
    : objects;
  const inEra = itemsForCaller(kind, usable, { callerEra: caller.era, route });
  return { ...result, [kind]: exposeItems(scope.naming, slug, kind, inEra) };
}

function outcomeIn(result: JsonObject): Outcome {
  if (wantsInput(result)) return "input_required";
  return result.isError === true ? "tool_error" : "ok";
}
