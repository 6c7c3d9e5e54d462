import type { Era } from "../calls/call.ts";
import { type RpcRequest, textParam } from "../mcp/message.ts";
import { splitExposedName } from "../mcp/tool_names.ts";

/** Who answers a request. */
export type Plan =
  | { kind: "initialize" }
  | { kind: "ping" }
  | { kind: "discover" }
  | { kind: "list_tools" }
  | { kind: "call_tool"; name: string; slug: string; rest: string }
  /** A call whose name belongs to no installed server, or has no name. */
  | { kind: "unknown_tool"; name: string | null }
  | { kind: "unknown_cursor" }
  | { kind: "unknown_method" };

/**
 * Decides who answers, from the request and the installed servers' slugs alone.
 *
 * Each era has its own methods: `initialize` and `ping` are gone from the modern one.
 */
export function planRequest(
  request: RpcRequest,
  era: Era,
  isInstalled: (slug: string) => boolean,
): Plan {
  switch (request.method) {
    case "initialize":
    case "ping":
      return { kind: era === "legacy" ? request.method : "unknown_method" };
    case "server/discover":
      return { kind: era === "modern" ? "discover" : "unknown_method" };
    case "tools/list":
      // The list is one page, so there is no cursor that could be known.
      return { kind: request.params?.cursor === undefined ? "list_tools" : "unknown_cursor" };
    case "tools/call":
      return planCall(textParam(request.params, "name"), isInstalled);
    default:
      return { kind: "unknown_method" };
  }
}

function planCall(name: string | null, isInstalled: (slug: string) => boolean): Plan {
  const parts = name === null ? null : splitExposedName(name);
  if (name === null || parts === null || !isInstalled(parts.slug)) {
    return { kind: "unknown_tool", name };
  }
  return { kind: "call_tool", name, ...parts };
}
