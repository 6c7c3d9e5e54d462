import type { RpcNotification, RpcResponse } from "../mcp/message.ts";
import { isObject, RPC } from "../mcp/message.ts";
import { type ClientProfile, META, metaOf, progressTokenOf, withModernMeta } from "../mcp/meta.ts";
import { NEWEST_MODERN } from "../mcp/versions.ts";
import { subjectOf } from "./exchange_subject.ts";
import type { HttpClient } from "./http_client.ts";
import { answerPassage } from "./large_answer.ts";
import { readAnswer } from "./read_answer.ts";
import { modernHeaders } from "./request_headers.ts";
import type { Target, UpstreamCall } from "./upstream.ts";

/** A request as a modern server gets it: its caller is named in every one. */
export type ModernCall =
  & Omit<UpstreamCall, "caller" | "isRepeatable" | "onRequest">
  & { client: ClientProfile };

/** The answer of a server in the modern era, with the HTTP status it came with. */
export interface ModernAnswer {
  /** `null` when the server did not answer in JSON-RPC: it is of another era. */
  response: RpcResponse | null;
  status: number;
}

/**
 * One stateless exchange (2026-07-28, Streamable HTTP).
 *
 * Ending `signal` closes the answer's stream, which is how a server of this era
 * learns of a cancellation. Of what the server says before, the caller is told what it
 * asked for: a server may say nothing else on the stream of a request (Receiving Messages).
 */
export function modernExchange(http: HttpClient, call: ModernCall): Promise<ModernAnswer> {
  return sendModern(http, {
    ...call,
    onNotification: (notification) => relayAsked(call, notification),
  });
}

/**
 * The same, of which `onNotification` gets all that the server says before the answer.
 *
 * A server that refuses a version and offers that very one is asked once more: it did not
 * execute the request, and may be of several instances that are being replaced.
 */
export async function sendModern(http: HttpClient, call: ModernCall): Promise<ModernAnswer> {
  const answer = await sendOnce(http, call);
  return offersOurVersion(answer.response) ? await sendOnce(http, call) : answer;
}

function offersOurVersion(response: RpcResponse | null): boolean {
  const { code, data } = response?.error ?? {};
  const supported = isObject(data) ? data.supported : undefined;
  return code === RPC.unsupportedVersion && Array.isArray(supported) &&
    supported.includes(NEWEST_MODERN);
}

async function sendOnce(http: HttpClient, call: ModernCall): Promise<ModernAnswer> {
  const client = { ...call.client, protocolVersion: NEWEST_MODERN };
  const params = withModernMeta(call.params, client);

  const response = await http.send(call.target, {
    method: "POST",
    headers: [
      ["content-type", "application/json"],
      ["accept", "application/json, text/event-stream"],
      ...modernHeaders(NEWEST_MODERN, call.method, call.params),
      ...call.paramHeaders,
    ],
    body: JSON.stringify({ jsonrpc: "2.0", id: call.id, method: call.method, params }),
    signal: call.signal,
    heard: call.heard,
    subject: () => subjectOf(call),
  });

  const answer = await readAnswer(response, {
    slug: call.target.slug,
    id: call.id,
    signal: call.signal,
    onNotification: call.onNotification,
    // Servers of this era ask through results, never on the stream (2026-07-28, MRTR).
    onRequest: () => {},
    passage: answerPassage(call, call.id, "modern"),
  });
  return { response: answer, status: response.status };
}

/** Progress under the caller's own token, and log messages where it wants any. */
async function relayAsked(
  { params, onNotification }: Pick<UpstreamCall, "params" | "onNotification">,
  notification: RpcNotification,
): Promise<void> {
  const token = progressTokenOf(params);
  const isAsked = notification.method === "notifications/progress"
    ? token !== null && notification.params?.progressToken === token
    : notification.method === "notifications/message" && META.logLevel in metaOf(params);
  if (isAsked) await onNotification(notification);
}

/**
 * Whether an answer says that its server does not speak this era: another version, or
 * an error that no modern server gives to a request that it could not read.
 */
export function isOfAnotherEra({ error, id }: RpcResponse, status: number): boolean {
  if (error === undefined || status < 400) return false;
  if (error.code === RPC.unsupportedVersion) return true;
  const isAnonymous = id === undefined || id === null;
  return isAnonymous && !MODERN_ERRORS.includes(error.code);
}

const MODERN_ERRORS: readonly number[] = [
  RPC.parseError,
  RPC.invalidRequest,
  RPC.methodNotFound,
  RPC.invalidParams,
  RPC.internalError,
  RPC.headerMismatch,
  RPC.missingCapability,
];

/**
 * Asks a server whether it is of the modern era (2026-07-28, Versioning).
 *
 * Returns what `server/discover` said, or `null` when the server is legacy. Some
 * modern servers lack the method and say so; they are modern all the same.
 */
export async function discover(
  http: HttpClient,
  target: Target,
  client: ClientProfile,
  signal: AbortSignal,
): Promise<RpcResponse | null> {
  const { response, status } = await modernExchange(http, {
    target,
    client,
    id: "aerostack-discover",
    method: "server/discover",
    params: undefined,
    paramHeaders: [],
    signal,
    timeoutMs: 0,
    onNotification: () => {},
  });
  return response !== null && isModernAnswer(response, status) ? response : null;
}

function isModernAnswer(response: RpcResponse, status: number): boolean {
  const { result, error } = response;
  if (Array.isArray(result?.supportedVersions)) {
    return result.supportedVersions.includes(NEWEST_MODERN);
  }
  if (error === undefined || status !== 404) return false;
  return error.code === RPC.methodNotFound;
}
