import type { Era } from "../calls/call.ts";
import { RESOURCE_NOT_FOUND } from "../mcp/border.ts";
import { errorOf, RPC, type RpcRequest, type RpcResponse } from "../mcp/message.ts";
import type { AddressKind } from "../mcp/methods.ts";
import type { Address } from "./plan.ts";

const FIELDS: Record<AddressKind, string> = {
  tool: "name",
  prompt: "name",
  resource: "uri",
  completion: "ref",
  task: "taskId",
};

const THINGS: Record<AddressKind, string> = {
  tool: "tool",
  prompt: "prompt",
  resource: "resource",
  completion: "prompt or resource template",
  task: "task",
};

/** The same answer for something that is not there and something that may not be seen. */
export function unknownItem(
  { id }: RpcRequest,
  era: Era,
  { kind, exposed }: Address,
): RpcResponse {
  if (exposed === null) {
    return errorOf(id, RPC.invalidParams, `Invalid params: ${FIELDS[kind]} must be a text`);
  }
  const shown = exposed.slice(0, 200);
  if (kind !== "resource") {
    return errorOf(id, RPC.invalidParams, `Unknown ${THINGS[kind]}: ${shown}`);
  }
  const code = era === "legacy" ? RESOURCE_NOT_FOUND : RPC.invalidParams;
  return errorOf(id, code, `Resource not found: ${shown}`, { uri: exposed });
}
