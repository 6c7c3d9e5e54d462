import { capabilitiesForServer } from "../mcp/client_capabilities.ts";
import type { RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import { isObject, textParam } from "../mcp/message.ts";
import { progressTokenOf, withoutModernMeta, withProgressToken } from "../mcp/meta.ts";
import { isModernVersion, LEGACY_VERSIONS, NEWEST_LEGACY } from "../mcp/versions.ts";
import { upstreamFailure } from "./failures.ts";
import type { SessionOpening } from "./legacy_transport.ts";
import type { Caller, ServerGreeting, Target, UpstreamCall } from "./upstream.ts";

/** The revision to ask a server for: what it is pinned to, else its caller's own. */
export function sessionVersion(target: Target, { era, client }: Caller): string {
  if (LEGACY_VERSIONS.includes(target.protocol)) return target.protocol;
  return era === "legacy" ? client.protocolVersion : NEWEST_LEGACY;
}

/**
 * The `initialize` request that opens a session (2025-11-25, Lifecycle), with the
 * capabilities of the client that it is opened for.
 */
export function initializeRequest({ owner, version }: SessionOpening): RpcRequest {
  const { capabilities: declared, info } = owner.client;
  const capabilities = capabilitiesForServer(declared, owner.era, "legacy");
  return {
    jsonrpc: "2.0",
    id: "aerostack-initialize",
    method: "initialize",
    params: { protocolVersion: version, capabilities, clientInfo: info },
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
  // Without a handshake in its revision, a modern server has nothing to greet with.
  if (typeof version === "string" && isModernVersion(version)) return null;
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

/**
 * The revision to ask for instead when a server refuses one and names those that it
 * supports (2025-11-25, Lifecycle, Error Handling); `null` when there is none.
 */
export function versionInstead(response: RpcResponse | null, refused: string): string | null {
  const data = response?.error?.data;
  const supported = isObject(data) && Array.isArray(data.supported) ? data.supported : [];
  const known = LEGACY_VERSIONS.find((version) => supported.includes(version));
  return known === undefined || supported.includes(refused) ? null : known;
}

/** A call as a session sends it: under the session's own id and progress token. */
export function sessionRequest(call: UpstreamCall, id: number): RpcRequest {
  const plain = withoutModernMeta(call.params);
  const params = progressTokenOf(call.params) === null ? plain : withProgressToken(plain, id);
  const message: RpcRequest = { jsonrpc: "2.0", id, method: call.method };
  return params === undefined ? message : { ...message, params };
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

/** A session's answer under the id that the caller gave. */
export function underCallersId(response: RpcResponse, call: UpstreamCall): RpcResponse {
  return { ...response, id: call.id };
}
