import { refusal } from "../errors.ts";
import { isLogLevel } from "../mcp/log_levels.ts";
import { errorOf, type JsonObject, resultOf, RPC, textParam } from "../mcp/message.ts";
import { asLegacyResult, asModernResult } from "../mcp/results.ts";
import type { SessionStates } from "../sessions/session_states.ts";
import type { Connector } from "../upstream/connector.ts";
import { NO_SESSION } from "../sessions/session.ts";
import type { Incoming, View } from "./incoming.ts";
import { discoverResult, initializeResult, introduce, serverInfo } from "./introduce.ts";
import { endBy, type ForwardEnd } from "./forward.ts";
import { listen, type ListenDeps } from "./listen.ts";
import { type ListsDeps, mergedList } from "./lists.ts";
import type { Plan } from "./plan.ts";
import { errorAnswer, type Log } from "./rpc_reply.ts";

/** What the gateway's own answers need. */
export interface AnswerDeps extends ListenDeps, ListsDeps {
  connector: Connector;
  states: SessionStates;
  log: Log;
}

/** How a request ended that the gateway answers itself. */
export type OwnEnd = Pick<ForwardEnd, "response" | "status" | "outcome" | "reason">;

type OwnPlan = Exclude<Plan, { kind: "addressed" | "relayed" }>;

/** Answers what no single server is asked for. Never throws. */
export async function answerHere(
  deps: AnswerDeps,
  incoming: Incoming,
  view: View,
  plan: OwnPlan,
): Promise<OwnEnd> {
  const { request, caller } = incoming;
  if (plan.kind === "unknown_method") return unknownMethod(incoming);

  try {
    const result = await resultFor(deps, incoming, view, plan);
    const inEra = caller.era === "modern"
      ? asModernResult(result, serverInfo(incoming))
      : asLegacyResult(result);
    return { response: resultOf(request.id, inEra), status: 200, outcome: "ok", reason: null };
  } catch (error) {
    const response = errorAnswer(request.id, error, deps.log);
    return { response, status: 200, ...endBy(error) };
  }
}

async function resultFor(
  deps: AnswerDeps,
  incoming: Incoming,
  view: View,
  plan: Exclude<OwnPlan, { kind: "unknown_method" }>,
): Promise<JsonObject> {
  switch (plan.kind) {
    case "initialize":
      return initializeResult(incoming, await introduce(deps.connector, incoming, view));
    case "discover":
      return discoverResult(await introduce(deps.connector, incoming, view));
    case "ping":
      return {};
    case "set_log_level":
      return await setLogLevel(deps, incoming);
    case "listen":
      return await listen(deps, incoming, view);
    case "merged_list":
      return await mergedList(deps, incoming, view, plan.list);
  }
}

/** Holds for the whole session, at every server and on every process. */
async function setLogLevel(
  { connector, states }: AnswerDeps,
  { request, caller }: Incoming,
): Promise<JsonObject> {
  const level = textParam(request.params, "level");
  if (level === null || !isLogLevel(level)) {
    throw refusal("invalid_input", `Invalid params: unknown log level "${level ?? ""}"`);
  }
  if (caller.sessionKey !== NO_SESSION) {
    await states.update(caller, (state) => ({ ...state, logLevel: level }));
  }
  await connector.setLogLevel(caller, level);
  return {};
}

/** The answer to a method that is none of the caller's era. */
export function unknownMethod({ request, caller }: Incoming): OwnEnd {
  const message = `Method not found: ${request.method.slice(0, 100)}`;
  const response = errorOf(request.id, RPC.methodNotFound, message);
  const status = caller.era === "modern" ? 404 : 200;
  return { response, status, outcome: "refused", reason: "unknown_method" };
}
