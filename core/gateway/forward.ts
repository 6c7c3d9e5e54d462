import type { Outcome, Reason } from "../calls/call.ts";
import { reasonOf } from "../calls/reason.ts";
import { asGatewayError } from "../errors.ts";
import { errorForCaller, itemsForCaller, resultForCaller } from "../mcp/border.ts";
import { type ListKind, listOf } from "../mcp/methods.ts";
import { isObject, type JsonObject, RPC, type RpcResponse } from "../mcp/message.ts";
import { withoutInvalidTools } from "../mcp/param_headers.ts";
import { wantsInput } from "../mcp/results.ts";
import { exposeError, exposeItems, exposeResult } from "../mcp/rewrite.ts";
import type { Server } from "../servers/server.ts";
import type { Target, UpstreamAnswer } from "../upstream/upstream.ts";
import { comparePage, NotShown, shownKeys } from "./admission.ts";
import { AnswerPassing } from "./answer_passing.ts";
import { memberTarget } from "./authority.ts";
import { exchange, type ExchangeDeps } from "./exchange.ts";
import { AccessEnded, TakenBack } from "./in_flight.ts";
import type { Incoming, Passed } from "./incoming.ts";
import { errorAnswer, type Log } from "./rpc_reply.ts";
import { rulesOf } from "./visibility.ts";

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
  /** Why it did not do what was asked; `null` where it did, or asks for something first. */
  reason: Reason | null;
  /** The own name of what was asked for. */
  item: string;
  /** What `Retry-After` says, where the status is 429. */
  retryAfterSeconds?: number | null;
  /** The end of an answer that was passed on while it came; `response` only stands for it. */
  passed?: Passed;
}

/** What the modern era says with the status of an error (2026-07-28, Streamable HTTP). */
const MEANINGFUL_STATUS: readonly number[] = [400, 404];

/**
 * Passes one request on to one server and its answer back, in the caller's era and under
 * the names that the caller sees. Throws `NotShown` alone: every other way to fail is an
 * answer.
 */
export async function forward(
  deps: ForwardDeps,
  incoming: Incoming,
  server: Server,
  item: string,
): Promise<ForwardEnd> {
  const passing = new AnswerPassing(incoming, server.slug);
  using _end = deps.tokenEnds.watchServer(incoming.access, server, incoming.cut);

  try {
    const target = await memberTarget(incoming.access, server);
    const { answer, own } = await exchange(deps, incoming, { target, item, large: passing });
    const passed = passing.passed ?? undefined;
    return { ...await endOf(deps, incoming, target, answer), item: own, passed };
  } catch (error) {
    if (error instanceof NotShown) throw error;
    return failedEnd(deps, incoming, error, item);
  }
}

/** How a request ends that failed. */
export function failedEnd(
  deps: Pick<ForwardDeps, "log">,
  incoming: Incoming,
  error: unknown,
  item: string,
): ForwardEnd {
  const end = { ...refusedEnd(deps, incoming, error, item), status: statusOf(incoming, error) };
  // What was broken off from here may have reached its server.
  return incoming.signal.reason === error ? { ...end, outcome: "cancelled" } : end;
}

/** The same for one that was not let in, with the status that its error has. */
export function refusedEnd(
  { log }: Pick<ForwardDeps, "log">,
  { request: { id } }: Incoming,
  error: unknown,
  item: string,
): ForwardEnd {
  const { status, retryAfterSeconds } = asGatewayError(error);
  return {
    response: errorAnswer(id, error, log),
    status,
    ...endBy(error),
    item,
    retryAfterSeconds,
  };
}

/** How the record says that an error was the end. */
export function endBy(error: unknown): { outcome: Outcome; reason: Reason } {
  if (error instanceof AccessEnded) return { outcome: "cancelled", reason: "access_ended" };
  if (error instanceof TakenBack) return { outcome: "cancelled", reason: "cancelled" };
  const reason = reasonOf(error);
  const isUpstream = reason === "upstream_failed" || reason === "upstream_timeout";
  return { outcome: isUpstream ? "upstream_failure" : "refused", reason };
}

/** A modern request that breaks the protocol has its own status (Streamable HTTP). */
function statusOf({ caller }: Incoming, error: unknown): number {
  if (asGatewayError(error).code === "rate_limited") return asGatewayError(error).status;
  const isFault = ["header_mismatch", "invalid_input"].includes(asGatewayError(error).code);
  return caller.era === "modern" && isFault ? 400 : 200;
}

async function endOf(
  deps: ForwardDeps,
  incoming: Incoming,
  target: Target,
  answer: UpstreamAnswer,
): Promise<Omit<ForwardEnd, "item">> {
  const { slug } = target;
  const { request: { id, method, params }, caller, scope } = incoming;
  const { response, route } = answer;
  const crossing = { callerEra: caller.era, route, method };

  if (response.result === undefined) {
    const exposed = response.error && exposeError(scope.naming, slug, response.error);
    const error = exposed && errorForCaller({ ...crossing, params, error: exposed });
    const status = caller.era === "modern" ? statusIn(answer) : 200;
    const end = { outcome: "protocol_error", reason: "server_error" } as const;
    return { response: { ...response, id, error }, status, ...end };
  }

  const own = await listed(deps, incoming, target, answer);
  const inEra = resultForCaller({ ...crossing, result: own });
  const exposed = exposeResult(scope.naming, slug, method, inEra);
  // What was left out for one member is not another's.
  const isOwn = "cacheScope" in exposed && rulesOf(incoming.access, slug) !== null;
  const result = isOwn ? { ...exposed, cacheScope: "private" } : exposed;
  return { response: { ...response, id, result }, status: 200, ...endIn(result) };
}

/** The status that an error has in the modern era; a legacy server gives it none. */
function statusIn({ response, route, status }: UpstreamAnswer): number {
  if (route === "modern") return MEANINGFUL_STATUS.includes(status) ? status : 200;
  return response.error?.code === RPC.methodNotFound ? 404 : 200;
}

/** A page of a server's list as this caller can read it; any other result as it came. */
async function listed(
  deps: ForwardDeps,
  incoming: Incoming,
  target: Target,
  { response, route }: UpstreamAnswer,
): Promise<JsonObject> {
  const { request: { method }, access, caller, scope } = incoming;
  const result = response.result ?? {};
  const kind: ListKind | null = listOf(method);
  const items = kind === null ? null : result[kind];
  if (kind === null || !Array.isArray(items)) return result;

  const objects = items.filter(isObject);
  const usable = kind === "tools" && route === "modern"
    ? withoutInvalidTools(objects).tools
    : objects;
  await comparePage(deps, incoming, target, { kind, items: usable, result });
  const inEra = itemsForCaller(kind, usable, { callerEra: caller.era, route });
  const shown = await shownKeys(deps, access, target, kind, usable);
  return { ...result, [kind]: exposeItems(scope.naming, target.slug, kind, inEra, shown) };
}

function endIn(result: JsonObject): Pick<ForwardEnd, "outcome" | "reason"> {
  if (wantsInput(result)) return { outcome: "input_required", reason: null };
  if (result.isError === true) return { outcome: "tool_error", reason: "tool_error" };
  return { outcome: "ok", reason: null };
}
