import { type JsonObject, type RpcResponse, textParam } from "../mcp/message.ts";
import { mirroredField } from "../mcp/methods.ts";
import type { ExchangeSubject } from "./echo_guard.ts";

/** A message that asks or tells something. */
interface Asking {
  method: string;
  params?: JsonObject;
}

/** How much of an item's name or a method is kept: a caller may choose both. */
const MAX_NAME_CHARS = 200;

/** What a message to a server is about; `null` for an answer. */
export function subjectOf(message: Asking | RpcResponse): ExchangeSubject | null {
  return isAsking(message) ? subjectOfAsking(message) : null;
}

function isAsking(message: Asking | RpcResponse): message is Asking {
  return "method" in message;
}

function subjectOfAsking({ method, params }: Asking): ExchangeSubject {
  const field = mirroredField(method);
  const item = field === null ? null : textParam(params, field);
  return { method: method.slice(0, MAX_NAME_CHARS), item: item?.slice(0, MAX_NAME_CHARS) ?? null };
}
