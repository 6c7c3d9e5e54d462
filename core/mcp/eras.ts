import { decodeHeaderValue } from "./header_values.ts";
import { isObject, type JsonObject, RPC, type RpcRequest, textParam } from "./message.ts";
import { asClientInfo, type ClientProfile, META, metaOf } from "./meta.ts";
import { addressOf, mirroredField } from "./methods.ts";
import {
  ALL_VERSIONS,
  ASSUMED_LEGACY,
  isModernVersion,
  LEGACY_VERSIONS,
  MODERN_VERSIONS,
} from "./versions.ts";

/** Why a message cannot be served, with the HTTP status that the specification wants. */
export interface ProtocolFault {
  status: number;
  code: number;
  message: string;
  data?: unknown;
}

/** In which era a message was sent, or what is wrong with it. */
export type EraVerdict =
  | { era: "modern"; client: ClientProfile }
  | { era: "legacy"; version: string }
  | { era: "fault"; fault: ProtocolFault };

/**
 * Tells the era of one message, by its body first and its headers second.
 *
 * A body that carries a protocol version in `_meta` is modern. `initialize`
 * without one is legacy whatever the headers say; for anything else a modern
 * version header asks for the modern rules (2026-07-28, Versioning and Streamable HTTP).
 */
export function eraOf(
  method: string,
  params: JsonObject | undefined,
  headers: Headers,
): EraVerdict {
  const meta = metaOf(params);
  const header = headers.get("mcp-protocol-version")?.trim() ?? null;
  const claimsModern = META.protocolVersion in meta ||
    (header !== null && isModernVersion(header) && method !== "initialize");

  if (claimsModern) return modernVerdict(meta, header);
  if (method === "initialize" || header === null) {
    return { era: "legacy", version: header ?? ASSUMED_LEGACY };
  }
  if (LEGACY_VERSIONS.includes(header)) return { era: "legacy", version: header };
  return fault(400, RPC.invalidRequest, unsupportedHeader(header));
}

function unsupportedHeader(version: string): string {
  return `Bad Request: MCP-Protocol-Version "${version.slice(0, 40)}" is not supported ` +
    `(supported: ${ALL_VERSIONS.join(", ")})`;
}

function modernVerdict(meta: JsonObject, header: string | null): EraVerdict {
  const version = meta[META.protocolVersion];
  if (typeof version !== "string") return missing(META.protocolVersion);
  if (header !== version) return versionMismatch(version, header);
  if (!MODERN_VERSIONS.includes(version)) {
    return fault(400, RPC.unsupportedVersion, "Unsupported protocol version", {
      supported: ALL_VERSIONS,
      requested: version,
    });
  }

  const capabilities = meta[META.clientCapabilities];
  if (!isObject(capabilities)) return missing(META.clientCapabilities);

  const info = asClientInfo(meta[META.clientInfo]);
  return { era: "modern", client: { protocolVersion: version, info, capabilities } };
}

function missing(key: string): EraVerdict {
  return fault(400, RPC.invalidParams, `Invalid params: _meta["${key}"] is missing`);
}

function versionMismatch(version: string, header: string | null): EraVerdict {
  const what = header === null ? "is missing" : `"${header.slice(0, 40)}"`;
  return fault(
    400,
    RPC.headerMismatch,
    `Header mismatch: MCP-Protocol-Version ${what}, the body says "${version.slice(0, 40)}"`,
  );
}

/**
 * Checks that `Mcp-Method` and `Mcp-Name` repeat what a modern request's body says
 * (2026-07-28, Streamable HTTP, Server Validation). `null` when they do.
 */
export function headerFault(request: RpcRequest, headers: Headers): ProtocolFault | null {
  const method = headers.get("mcp-method");
  if (method === null) return mismatch("Mcp-Method header is missing");
  if (method !== request.method) {
    return mismatch(`Mcp-Method header "${method.slice(0, 80)}" does not match the body`);
  }

  const field = mirroredField(request.method);
  if (field === null) return null;

  const expected = textParam(request.params, field);
  const name = headers.get("mcp-name");
  if (name === null) {
    // Of the extension for tasks, clients follow one rule more readily than the other.
    if (addressOf(request.method) === "task") return null;
    return mismatch("Mcp-Name header is missing");
  }
  const decoded = decodeHeaderValue(name);
  if (decoded === null) return mismatch("Mcp-Name header cannot be decoded");
  return decoded === expected
    ? null
    : mismatch(`Mcp-Name header "${decoded.slice(0, 80)}" does not match the body`);
}

function mismatch(what: string): ProtocolFault {
  return { status: 400, code: RPC.headerMismatch, message: `Header mismatch: ${what}` };
}

function fault(status: number, code: number, message: string, data?: unknown): EraVerdict {
  return { era: "fault", fault: { status, code, message, data } };
}
