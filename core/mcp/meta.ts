import { isObject, type JsonObject, type RequestId } from "./message.ts";

/** Keys of `_meta` that the specification and its extensions reserve. */
export const META = {
  protocolVersion: "io.modelcontextprotocol/protocolVersion",
  clientInfo: "io.modelcontextprotocol/clientInfo",
  clientCapabilities: "io.modelcontextprotocol/clientCapabilities",
  logLevel: "io.modelcontextprotocol/logLevel",
  serverInfo: "io.modelcontextprotocol/serverInfo",
  subscriptionId: "io.modelcontextprotocol/subscriptionId",
  /** Of the tasks of 2025-11-25. */
  relatedTask: "io.modelcontextprotocol/related-task",
  /** Of MCP Apps, in the form that `_meta.ui.resourceUri` has replaced. */
  uiResource: "ui/resourceUri",
} as const;

/** Keys that say something about one request and are no business of the next hop. */
const PER_REQUEST: readonly string[] = [
  META.protocolVersion,
  META.clientInfo,
  META.clientCapabilities,
  META.logLevel,
];

/** Who a client says it is, and what it can do. */
export interface ClientProfile {
  protocolVersion: string;
  info: JsonObject;
  capabilities: JsonObject;
}

/**
 * What a client says of itself, with a name and a version in any case: servers refuse
 * a client without them, and some clients leave them out.
 */
export function asClientInfo(value: unknown): JsonObject {
  const info = isObject(value) ? value : {};
  return {
    ...info,
    name: typeof info.name === "string" ? info.name : "unknown",
    version: typeof info.version === "string" ? info.version : "0",
  };
}

/** The `_meta` of params or of a result; empty where there is none. */
export function metaOf(holder: JsonObject | undefined): JsonObject {
  return isObject(holder?._meta) ? holder._meta : {};
}

/** Params whose `_meta` says everything that a modern request must say. */
export function withModernMeta(
  params: JsonObject | undefined,
  client: ClientProfile,
): JsonObject {
  const meta: JsonObject = {
    ...withoutRequestMeta(metaOf(params)),
    [META.protocolVersion]: client.protocolVersion,
    [META.clientInfo]: client.info,
    [META.clientCapabilities]: client.capabilities,
  };
  const logLevel = metaOf(params)[META.logLevel];
  if (logLevel !== undefined) meta[META.logLevel] = logLevel;
  return { ...params, _meta: meta };
}

/** Params as a legacy server wants them: without what only a modern one reads. */
export function withoutModernMeta(params: JsonObject | undefined): JsonObject | undefined {
  if (!isObject(params?._meta)) return params;
  const meta = withoutRequestMeta(params._meta);
  const { _meta, ...rest } = params;
  return Object.keys(meta).length === 0 ? rest : { ...rest, _meta: meta };
}

function withoutRequestMeta(meta: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(meta).filter(([key]) => !PER_REQUEST.includes(key)),
  );
}

/** The progress token that a request carries, or `null`. */
export function progressTokenOf(params: JsonObject | undefined): RequestId | null {
  const token = metaOf(params).progressToken;
  return typeof token === "string" || typeof token === "number" ? token : null;
}

/** The same params under another progress token. */
export function withProgressToken(params: JsonObject | undefined, token: RequestId): JsonObject {
  return { ...params, _meta: { ...metaOf(params), progressToken: token } };
}
