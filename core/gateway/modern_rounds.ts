import { refusal } from "../errors.ts";
import { elicitationsOf } from "../mcp/border.ts";
import { inputResponsesOf } from "../mcp/input_required.ts";
import { inputRequired, withoutInput } from "../mcp/rounds.ts";
import { mayAsk } from "../mcp/client_capabilities.ts";
import { requestForModernClient } from "../mcp/border.ts";
import type { JsonObject } from "../mcp/message.ts";
import type { Connector } from "../upstream/connector.ts";
import type { UpstreamAnswer, UpstreamCall } from "../upstream/upstream.ts";
import type { HeldCalls, Round } from "./held_calls.ts";
import { AccessEnded } from "./in_flight.ts";
import type { Incoming } from "./incoming.ts";
import { badState, type RequestStates, type StateOwner } from "./request_state.ts";
import type { TokenEnds } from "./token_ends.ts";

/** What the rounds of modern clients need. */
export interface ModernRoundsDeps {
  connector: Connector;
  held: HeldCalls;
  requestStates: RequestStates;
  tokenEnds: TokenEnds;
}

/**
 * A modern client's request, or its return with answers.
 *
 * A modern server gets it as it came, its own state byte for byte. For a legacy server the
 * call is held while the client collects what the server asks for. Throws `invalid_input`
 * for a state that was not given out for this request.
 */
export async function inModernRounds(
  deps: ModernRoundsDeps,
  incoming: Incoming,
  call: UpstreamCall,
): Promise<UpstreamAnswer> {
  const { connector, held, requestStates, tokenEnds } = deps;
  const { params } = incoming.request;
  const responses = inputResponsesOf(params);
  const state = params?.requestState;
  const hasInput = state !== undefined || params?.inputResponses !== undefined;
  const isModern = connector.knownRoute(call.target, "modern") === "modern";
  if (isModern && !hasInput) return await connector.request(call);

  const owner = ownerOf(incoming, call);
  const fresh = hasInput ? { ...call, params: withoutInput(call.params) } : call;
  const round: Round = {
    call: fresh,
    owner,
    tell: call.onNotification,
    signal: call.signal,
    onShutOut: (end) => {
      using ends = new DisposableStack();
      const tokenEnd = () => end(new AccessEnded());
      ends.use(tokenEnds.watch(incoming.access, tokenEnd));
      ends.use(tokenEnds.watchServer(incoming.access, call.target, end));
      return ends.move();
    },
  };

  const own = typeof state === "string" ? await requestStates.open(state, owner) : null;
  if (own?.held) return await asRound(deps, round, await held.resume(round, own.held, responses));
  if (own === null && hasInput) {
    const { route } = await connector.profile(call.target, call.caller, call.signal);
    if (route === "modern") return await connector.request(call);
    if (state !== undefined) throw badState("was not given out for this request");
  }
  if (own !== null) refuseDeclined(responses);
  return await asRound(deps, round, await held.begin(round));
}

function ownerOf(
  { access, request: { method, params } }: Incoming,
  call: UpstreamCall,
): StateOwner {
  const { workspace } = access.snapshot;
  return {
    workspaceId: workspace.id,
    tokenId: access.token.id,
    serverId: call.target.id,
    method,
    params,
  };
}

/**
 * A legacy server's "open these pages first" as a round of the modern era: the client
 * comes back when it has, and the call is sent again (2025-11-25, Elicitation, -32042).
 */
async function asRound(
  { requestStates }: ModernRoundsDeps,
  { call, owner }: Round,
  answer: UpstreamAnswer,
): Promise<UpstreamAnswer> {
  const { error } = answer.response;
  const pages = error === undefined || answer.route === "modern" ? null : elicitationsOf(error);
  const questions = (pages ?? []).map((params) =>
    requestForModernClient({ method: "elicitation/create", params })
  );
  const { capabilities } = call.caller.client;
  const canAsk = questions.every((question) => mayAsk(question, capabilities) === null);
  if (questions.length === 0 || !canAsk) return answer;

  const requests = Object.fromEntries(
    questions.map((question, at) => [`page-${at + 1}`, question]),
  );
  const requestState = await requestStates.seal(owner, null);
  const result = inputRequired(requests, requestState);
  return { response: { jsonrpc: "2.0", id: call.id, result }, route: "modern", status: 200 };
}

/** Somebody who did not want to open a page need not be asked again. */
function refuseDeclined(responses: JsonObject): void {
  const isDeclined = Object.values(responses).some((response) =>
    typeof response === "object" && response !== null && "action" in response &&
    response.action !== "accept"
  );
  if (isDeclined) throw refusal("invalid_input", "The page that the server needs was not opened");
}
