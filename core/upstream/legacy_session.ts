import type { JsonObject, RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import { errorOf, isObject, resultOf, RPC, textParam } from "../mcp/message.ts";
import { progressTokenOf, withoutModernMeta, withProgressToken } from "../mcp/meta.ts";
import { LEGACY_VERSIONS, NEWEST_LEGACY } from "../mcp/versions.ts";
import type { ServerGreeting, UpstreamCall } from "./upstream.ts";
import { upstreamFailure } from "./failures.ts";

/** A session with a legacy server, whichever transport carries it. */
export interface LegacySession {
  readonly greeting: ServerGreeting;
  /** Whether the server or the network ended it; it is not used again then. */
  readonly ended: boolean;
  /** Sends one request; `null` when the server no longer knows the session. */
  request(call: UpstreamCall): Promise<RpcResponse | null>;
  close(): Promise<void>;
}

/** The `initialize` request that opens a session (2025-11-25, Lifecycle). */
export function initializeRequest(info: JsonObject): RpcRequest {
  return {
    jsonrpc: "2.0",
    id: "aerostack-initialize",
    method: "initialize",
    // Nothing is declared that the gateway could not carry to the caller.
    params: { protocolVersion: NEWEST_LEGACY, capabilities: {}, clientInfo: info },
  };
}

/** The notification that ends the handshake. */
export const INITIALIZED: RpcNotification = {
  jsonrpc: "2.0",
  method: "notifications/initialized",
};

/**
 * Reads the answer to `initialize`; `null` when it says that this is no legacy
 * server. Throws `upstream_failed` for a version that nobody here speaks.
 */
export function readGreeting(
  slug: string,
  route: "streamable" | "sse",
  response: RpcResponse | null,
): ServerGreeting | null {
  const result = response?.result;
  if (result === undefined) return null;

  const version = result.protocolVersion;
  if (typeof version !== "string" || !LEGACY_VERSIONS.includes(version)) {
    throw upstreamFailure(
      slug,
      "protocol",
      `offers the unknown protocol version "${String(version).slice(0, 40)}"`,
    );
  }

  return {
    route,
    protocolVersion: version,
    serverInfo: isObject(result.serverInfo) ? result.serverInfo : {},
    capabilities: isObject(result.capabilities) ? result.capabilities : {},
    instructions: textParam(result, "instructions"),
  };
}

/** A call as a session sends it: under the session's own id and progress token. */
export function sessionRequest(call: UpstreamCall, id: number): RpcRequest {
  const plain = withoutModernMeta(call.params);
  const params = progressTokenOf(call.params) === null ? plain : withProgressToken(plain, id);
  const message: RpcRequest = { jsonrpc: "2.0", id, method: call.method };
  return params === undefined ? message : { ...message, params };
}

/**
 * Passes a server's notification on to the caller of the request it belongs to.
 *
 * Progress gets the caller's own token back; progress of another request, and all
 * that was not asked for, is dropped.
 */
export async function relayNotification(
  call: UpstreamCall,
  id: number,
  notification: RpcNotification,
): Promise<void> {
  if (notification.method !== "notifications/progress") return;
  const token = progressTokenOf(call.params);
  if (token === null || notification.params?.progressToken !== id) return;
  await call.onNotification({
    ...notification,
    params: { ...notification.params, progressToken: token },
  });
}

/** The gateway's own answer to what a server asks of its client. */
export function answerServerRequest(request: RpcRequest): RpcResponse {
  if (request.method === "ping") return resultOf(request.id, {});
  return errorOf(request.id, RPC.methodNotFound, `Method not found: ${request.method}`);
}

/** Tells a server to stop working on a request (2025-11-25, Cancellation). */
export function cancelledNotification(id: number, reason: unknown): RpcNotification {
  const text = reason instanceof Error ? reason.message : "The caller took the request back";
  return {
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: id, reason: text },
  };
}

/** The progress token of a progress notification, as a session gave it out. */
export function progressedRequest(notification: RpcNotification): number | null {
  if (notification.method !== "notifications/progress") return null;
  const token = notification.params?.progressToken;
  return typeof token === "number" ? token : null;
}

/** A session's answer under the id that the caller gave. */
export function underCallersId(response: RpcResponse, call: UpstreamCall): RpcResponse {
  return { ...response, id: call.id };
}
