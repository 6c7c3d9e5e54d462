import { createHash } from "node:crypto";
import type { GatewayError } from "../errors.ts";
import { requestForLegacyClient } from "../mcp/border.ts";
import { mayAsk } from "../mcp/client_capabilities.ts";
import { type InputRequests, inputRequestsOf, type InputResponses } from "../mcp/input_required.ts";
import type { JsonObject, RpcRequest } from "../mcp/message.ts";
import { wantsInput } from "../mcp/results.ts";
import { withInput } from "../mcp/rounds.ts";
import { upstreamFailure } from "../upstream/failures.ts";
import { pause } from "../pause.ts";
import type { UpstreamAnswer, UpstreamCall } from "../upstream/upstream.ts";
import { randomText } from "../ids.ts";

/** How often one request may be sent again with what its server asked for. */
const MAX_ROUNDS = 50;
/** A server that waits for something outside is asked again this often. */
const WAIT_MS = 2_000;
/** A server that only wants its state back may be asked at once, but not in a tight loop. */
const STATE_ONLY_MS = 100;

const ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/**
 * A call at a modern server for a legacy client: what the server wants first, the client
 * is asked on its stream, and the call is sent again with the answers and with the
 * server's state, byte for byte (2026-07-28, Multi Round-Trip Requests).
 *
 * Throws `upstream_failed` when a question cannot be asked, is not answered, or when the
 * server never has enough.
 */
export async function inRounds(
  send: (call: UpstreamCall) => Promise<UpstreamAnswer>,
  call: UpstreamCall,
): Promise<UpstreamAnswer> {
  const seen = new Set<string>();
  let answer = await send(call);

  for (let round = 1; wantsInput(answer.response.result ?? {}); round++) {
    if (round > MAX_ROUNDS) throw failed(call, `asked for input more than ${MAX_ROUNDS} times`);
    const result = answer.response.result ?? {};
    const requests = inputRequestsOf(result);
    const known = repeatedUrls(requests, seen);
    const asked = Object.keys(requests).length;
    // It waits for what happens outside, or has only its state to be brought back.
    if (known.size === asked) await pause(asked === 0 ? STATE_ONLY_MS : WAIT_MS, call.signal);
    call.signal.throwIfAborted();

    const responses = await askAll(call, requests, known);
    answer = await send({
      ...call,
      id: `${String(call.id)}-round-${round}`,
      params: withInput(call.params, responses, result.requestState),
    });
  }
  return answer;
}

/** URLs that the client was sent to before: it is not sent there twice. */
function repeatedUrls(requests: InputRequests, seen: Set<string>): Set<string> {
  const repeated = new Set<string>();
  for (const [key, { method, params }] of Object.entries(requests)) {
    if (method !== "elicitation/create" || params?.mode !== "url") continue;
    const digest = createHash("sha256").update(String(params.url)).digest("base64url");
    if (seen.has(digest)) repeated.add(key);
    seen.add(digest);
  }
  return repeated;
}

async function askAll(
  call: UpstreamCall,
  requests: InputRequests,
  known: ReadonlySet<string>,
): Promise<InputResponses> {
  const ending = new AbortController();
  const signal = AbortSignal.any([call.signal, ending.signal]);
  try {
    const answers = await Promise.all(
      Object.entries(requests).map(async ([key, { method, params }]) => {
        if (known.has(key)) return [key, { action: "accept" }] as const;
        const id = randomText(16, ID_ALPHABET);
        const question = requestForLegacyClient({ method, params }, id);
        return [key, await ask(call, { jsonrpc: "2.0", id, ...question }, signal)] as const;
      }),
    );
    return Object.fromEntries(answers);
  } finally {
    // Where one has failed, nobody needs the answers to the others.
    ending.abort();
  }
}

async function ask(
  call: UpstreamCall,
  request: RpcRequest,
  signal: AbortSignal,
): Promise<JsonObject> {
  const refused = mayAsk(request, call.caller.client.capabilities);
  if (refused !== null) throw failed(call, `asked for ${request.method}: ${refused.message}`);
  const { result, error } = await call.onRequest(request, signal);
  call.signal.throwIfAborted();
  if (result !== undefined) return result;
  const why = error?.message.slice(0, 200) ?? "nothing";
  throw failed(call, `asked for ${request.method}, and the client answered: ${why}`);
}

function failed({ target }: UpstreamCall, what: string): GatewayError {
  return upstreamFailure(target.slug, "protocol", what);
}
