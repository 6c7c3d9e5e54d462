import { isObject, type JsonObject, RPC, type RpcError } from "./message.ts";
import type { Era } from "./versions.ts";
import { withoutTasksExtension } from "./server_capabilities.ts";

/** A question of a server to its client, as far as its capabilities matter. */
interface Question {
  method: string;
  params?: JsonObject;
}

/**
 * Whether a client with these capabilities may be asked something.
 *
 * `null` when it may; else the error with which the client itself would have answered.
 */
export function mayAsk({ method, params }: Question, capabilities: JsonObject): RpcError | null {
  switch (method) {
    case "ping":
      return null;
    case "roots/list":
      return isObject(capabilities.roots) ? null : unknown(method);
    case "sampling/createMessage":
      return maySample(params, capabilities.sampling);
    case "elicitation/create":
      return mayElicit(params, capabilities.elicitation);
    case "tasks/get":
    case "tasks/result":
      return isObject(capabilities.tasks) ? null : unknown(method);
    case "tasks/cancel":
      return isObject(capabilities.tasks) && isObject(capabilities.tasks.cancel)
        ? null
        : unknown(method);
    // Also `tasks/list`: the client's tasks for one server are no business of another.
    default:
      return unknown(method);
  }
}

function maySample(params: JsonObject | undefined, capability: unknown): RpcError | null {
  if (!isObject(capability)) return unknown("sampling/createMessage");
  const wantsTools = params?.tools !== undefined || params?.toolChoice !== undefined;
  if (!wantsTools || isObject(capability.tools)) return null;
  return unsupported("the client does not support tools in sampling");
}

function mayElicit(params: JsonObject | undefined, capability: unknown): RpcError | null {
  if (!isObject(capability)) return unknown("elicitation/create");
  const mode = params?.mode ?? "form";

  // An empty capability means forms (2025-11-25, Elicitation).
  const isFormOnly = capability.form === undefined && capability.url === undefined;
  if (mode === "form" && (isFormOnly || isObject(capability.form))) return null;
  if (mode === "url" && isObject(capability.url)) return null;
  return unsupported(`the client does not support elicitation in mode "${String(mode)}"`);
}

function unknown(method: string): RpcError {
  return {
    code: RPC.methodNotFound,
    message: `Method not found: the client does not support ${method.slice(0, 100)}`,
  };
}

function unsupported(what: string): RpcError {
  return { code: RPC.invalidParams, message: `Invalid params: ${what.slice(0, 200)}` };
}

/**
 * A client's capabilities as a server may see them.
 *
 * Tasks do not cross the border between the eras: the two kinds of them have little but
 * the name in common. Lists of a client's tasks are never shown (see {@linkcode mayAsk}).
 */
export function capabilitiesForServer(
  capabilities: JsonObject,
  callerEra: Era,
  serverEra: Era,
): JsonObject {
  if (callerEra !== serverEra) {
    const { tasks: _, ...rest } = withoutTasksExtension(capabilities);
    return rest;
  }
  if (!isObject(capabilities.tasks) || !("list" in capabilities.tasks)) return capabilities;
  const { list: _, ...tasks } = capabilities.tasks;
  return { ...capabilities, tasks };
}
