import { parseExact } from "./exact_json.ts";
import { JsonTooDeep } from "./json_lexer.ts";

/** Any JSON object; unknown fields are kept as they came. */
export type JsonObject = Record<string, unknown>;

/** A request id as JSON-RPC 2.0 in MCP allows it: its type is part of it. */
export type RequestId = string | number;

/** A message that wants an answer. */
export interface RpcRequest extends JsonObject {
  jsonrpc: "2.0";
  id: RequestId;
  method: string;
  params?: JsonObject;
}

/** A message that wants none. */
export interface RpcNotification extends JsonObject {
  jsonrpc: "2.0";
  method: string;
  params?: JsonObject;
}

/** An answer, good or bad. */
export interface RpcResponse extends JsonObject {
  jsonrpc: "2.0";
  id?: RequestId;
  result?: JsonObject;
  error?: RpcError;
}

/** What went wrong, in an answer. */
export interface RpcError extends JsonObject {
  code: number;
  message: string;
  data?: unknown;
}

/** One JSON-RPC message and which of the three kinds it is. */
export type Message =
  | { kind: "request"; message: RpcRequest }
  | { kind: "notification"; message: RpcNotification }
  | { kind: "response"; message: RpcResponse };

/** JSON-RPC 2.0 and MCP error codes that the gateway itself uses. */
export const RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  timeout: -32001,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const;

/** Whether a value is a JSON object, and neither an array nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A number that is not exact here would come back as another one. */
function isRequestId(value: unknown): value is RequestId {
  return typeof value === "string" || Number.isSafeInteger(value);
}

/**
 * Tells which kind of JSON-RPC message a parsed value is.
 *
 * Returns `null` for what is none: a wrong `jsonrpc`, a null or fractional id, `params`
 * that are no object, an answer with both or neither of `result` and `error`.
 */
export function asMessage(value: unknown): Message | null {
  if (!isObject(value) || value.jsonrpc !== "2.0") return null;
  if (typeof value.method === "string") return asCall(value);
  if (value.method !== undefined) return null;
  return asResponse(value);
}

/** Parses one message; `null` for what is no JSON-RPC. Throws `JsonTooDeep`. */
export function parseMessage(text: string): Message | null {
  const value = parseOrNothing(text);
  return value === undefined ? null : asMessage(value);
}

/** The most messages that one batch may hold. */
export const MAX_BATCH = 100;

/**
 * Parses one message, or a batch of them (2025-03-26, Batching).
 *
 * Returns `null` for what is no JSON-RPC, and for a batch that is empty, has more than
 * {@linkcode MAX_BATCH} messages, or has something else among them. Throws `JsonTooDeep`.
 */
export function parseMessages(text: string): Message | Message[] | null {
  const value = parseOrNothing(text);
  return value === undefined ? null : asMessages(value);
}

function parseOrNothing(text: string): unknown {
  try {
    return parseExact(text);
  } catch (error) {
    if (error instanceof JsonTooDeep) throw error;
    return undefined;
  }
}

/** The same for a value that is parsed already. */
export function asMessages(value: unknown): Message | Message[] | null {
  if (!Array.isArray(value)) return asMessage(value);
  if (value.length === 0 || value.length > MAX_BATCH) return null;

  const messages = value.map(asMessage).filter((message) => message !== null);
  return messages.length === value.length ? messages : null;
}

function asCall(value: JsonObject): Message | null {
  if (value.params !== undefined && !isObject(value.params)) return null;
  if (!("id" in value)) {
    return { kind: "notification", message: value as RpcNotification };
  }
  return isRequestId(value.id) ? { kind: "request", message: value as RpcRequest } : null;
}

function asResponse(value: JsonObject): Message | null {
  const { result, error, id } = value;
  if ((result === undefined) === (error === undefined)) return null;
  if (result !== undefined && !(isObject(result) && isRequestId(id))) return null;
  if (error !== undefined && !isRpcError(error)) return null;
  if (id !== undefined && id !== null && !isRequestId(id)) return null;
  return { kind: "response", message: value as RpcResponse };
}

function isRpcError(value: unknown): value is RpcError {
  return isObject(value) && typeof value.code === "number" && typeof value.message === "string";
}

/** A good answer. */
export function resultOf(id: RequestId, result: JsonObject): RpcResponse {
  return { jsonrpc: "2.0", id, result };
}

/** A bad answer; without an id where the request's could not be read. */
export function errorOf(
  id: RequestId | undefined,
  code: number,
  message: string,
  data?: unknown,
): RpcResponse {
  const error = data === undefined ? { code, message } : { code, message, data };
  return id === undefined ? { jsonrpc: "2.0", error } : { jsonrpc: "2.0", id, error };
}

/** The text field of `params`, or `null` when it is not there or no text. */
export function textParam(params: JsonObject | undefined, name: string): string | null {
  const value = params?.[name];
  return typeof value === "string" ? value : null;
}
