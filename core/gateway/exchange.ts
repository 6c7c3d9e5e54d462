import {
  isObject,
  type JsonObject,
  RPC,
  type RpcRequest,
  type RpcResponse,
} from "../mcp/message.ts";
import { errorOf } from "../mcp/message.ts";
import { mayAsk } from "../mcp/client_capabilities.ts";
import { META, metaOf } from "../mcp/meta.ts";
import { addressOf, mayBeRepeated } from "../mcp/methods.ts";
import { mirroredHeaders } from "../mcp/param_headers.ts";
import { exposeNotification, exposeServerRequest, ownAnswer, ownParams } from "../mcp/rewrite.ts";
import type { SessionStates } from "../sessions/session_states.ts";
import type { Connector } from "../upstream/connector.ts";
import type { ListCache } from "../upstream/list_cache.ts";
import type { KnownName } from "../upstream/name_index.ts";
import type { LargeAnswers, Target, UpstreamAnswer, UpstreamCall } from "../upstream/upstream.ts";
import type { CallLimits } from "./call_limits.ts";
import { type AdmissionDeps, admit, checkShown } from "./admission.ts";
import type { Authority } from "./authority.ts";
import { checkParamHeaders, knownName, renewedName } from "./known_names.ts";
import { inModernRounds, type ModernRoundsDeps } from "./modern_rounds.ts";
import { inRounds } from "./input_rounds.ts";
import type { Incoming } from "./incoming.ts";

/** What an exchange needs. */
export interface ExchangeDeps extends ModernRoundsDeps, AdmissionDeps {
  authority: Authority;
  connector: Connector;
  limits: CallLimits;
  lists: ListCache;
  states: SessionStates;
}

/** What a server is asked for. */
export interface Asked {
  target: Target;
  /** The name in the request without what says whose it is; a shortened one is not whole. */
  item: string;
  /** Takes the answer while it comes, should it be large. */
  large: LargeAnswers;
}

/** A server's answer, and the own name of what was asked for. */
export interface Exchanged {
  answer: UpstreamAnswer;
  own: string;
}

/**
 * Asks one server what a client asked for, under the server's own names, and asks the
 * client whatever the server wants to know first. Throws `NotShown` when what is asked for
 * has changed into something that the member is not shown.
 */
export async function exchange(
  deps: ExchangeDeps,
  incoming: Incoming,
  asked: Asked,
): Promise<Exchanged> {
  const { target, item } = asked;
  const known = await knownName(deps, incoming, target, item);
  await checkShown(deps, incoming, target, known);
  checkParamHeaders(incoming, known);
  if (incoming.request.method === "tools/call") {
    await deps.limits.countTool(incoming.access, target, known.own);
  }
  const answer = await send(deps, incoming, asked, await callOf(deps, incoming, asked, known));
  const isStale = answer.response.error?.code === RPC.headerMismatch && answer.status === 400;
  if (!isStale) return { answer, own: known.own };

  // Not executed: the definition changed. List and send again (2026-07-28, Client Behavior).
  const renewed = await renewedName(deps, incoming, target, item);
  await checkShown(deps, incoming, target, renewed);
  return {
    answer: await send(deps, incoming, asked, await callOf(deps, incoming, asked, renewed)),
    own: renewed.own,
  };
}

function send(
  deps: ExchangeDeps,
  incoming: Incoming,
  { target, item }: Asked,
  call: UpstreamCall,
): Promise<UpstreamAnswer> {
  if (incoming.caller.era === "modern") return inModernRounds(deps, incoming, call);
  return inRounds(async (round) => {
    // Its client was asked something meanwhile, and that may have taken a while.
    if (round !== call) await admitAgain(deps, incoming, target, item);
    return await deps.connector.request(round);
  }, call);
}

async function admitAgain(
  deps: ExchangeDeps,
  incoming: Incoming,
  target: Target,
  item: string,
): Promise<void> {
  const { snapshot, token } = incoming.access;
  const access = await deps.authority.authenticateHash(snapshot.workspace.slug, token.hash);
  await admit(deps, { ...incoming, access }, target, item);
}

async function callOf(
  deps: ExchangeDeps,
  incoming: Incoming,
  { target, large }: Asked,
  known: KnownName,
): Promise<UpstreamCall> {
  const { request: { id, method }, caller, scope, line, signal } = incoming;
  const params = await paramsFor(deps, incoming, target, known);

  return {
    target,
    caller,
    id,
    method,
    params,
    paramHeaders: mirroredHeaders(known.paramHeaders, params?.arguments),
    signal,
    timeoutMs: target.timeoutMs,
    isRepeatable: mayBeRepeated(method) || known.isRepeatable,
    onNotification: (notification) =>
      line.notify(exposeNotification(scope.naming, target.slug, notification)),
    onRequest: (request, until) => ask(incoming, target, request, until),
    large,
  };
}

async function paramsFor(
  { connector, states }: ExchangeDeps,
  { request: { method, params }, caller, scope }: Incoming,
  target: Target,
  { own }: KnownName,
): Promise<JsonObject | undefined> {
  const renamed = named(ownParams(scope.naming, target.slug, method, params), method, own);
  if (caller.era === "modern" || !connector.mayBeModern(target, caller.era)) return renamed;

  // A modern server is told with each request what a legacy client said once.
  const { logLevel } = await states.get(caller);
  if (logLevel === null) return renamed;
  return { ...renamed, _meta: { ...metaOf(renamed), [META.logLevel]: logLevel } };
}

/** The same parameters under the own name of a tool or a prompt. */
function named(
  params: JsonObject | undefined,
  method: string,
  own: string,
): JsonObject | undefined {
  switch (addressOf(method)) {
    case "tool":
    case "prompt":
      return params?.name === own ? params : { ...params, name: own };
    case "completion": {
      const ref = params?.ref;
      if (!isObject(ref) || ref.type === "ref/resource" || ref.name === own) return params;
      return { ...params, ref: { ...ref, name: own } };
    }
    default:
      return params;
  }
}

/** Asks a legacy client what a server wants to know, under the names that it sees. */
async function ask(
  { caller, scope, line }: Incoming,
  { slug }: Target,
  request: RpcRequest,
  signal: AbortSignal,
): Promise<RpcResponse> {
  const refused = mayAsk(request, caller.client.capabilities);
  if (refused !== null) return errorOf(request.id, refused.code, refused.message, refused.data);
  const response = await line.ask(exposeServerRequest(scope.naming, slug, request), signal);
  return ownAnswer(scope.naming, slug, response);
}
