import { isAtLeast, isLogLevel, type LogLevel } from "../mcp/log_levels.ts";
import { isObject, type RpcNotification } from "../mcp/message.ts";
import { META, metaOf } from "../mcp/meta.ts";
import type { UpstreamCall } from "./upstream.ts";

/** Methods in whose course a server may ask its client something (2026-07-28, MRTR). */
export const ASKING: readonly string[] = [
  "tools/call",
  "prompts/get",
  "resources/read",
  "tasks/result",
];

/** Whether a server may ask the client something in the course of this call. */
export function mayBeAsked({ method, caller }: UpstreamCall): boolean {
  const { elicitation, sampling, roots } = caller.client.capabilities;
  return ASKING.includes(method) && [elicitation, sampling, roots].some(isObject);
}

/**
 * The level from which on a modern caller wants to be told log messages; `null` when it
 * wants none, and for legacy callers, who set the level of their session instead.
 */
export function wishedLevel({ caller, params }: UpstreamCall): LogLevel | null {
  const level = metaOf(params)[META.logLevel];
  return caller.era === "modern" && isLogLevel(level) ? level : null;
}

/** Whether the caller of a request wants this log message (2026-07-28, Logging). */
export function wantsLog(call: UpstreamCall, { params }: RpcNotification): boolean {
  if (call.caller.era === "legacy") return true;
  const wished = wishedLevel(call);
  return wished !== null && isAtLeast(params?.level, wished);
}
