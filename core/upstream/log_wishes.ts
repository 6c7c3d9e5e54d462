import { isAtLeast, isLogLevel, type LogLevel } from "../mcp/log_levels.ts";
import type { RpcNotification } from "../mcp/message.ts";
import { META, metaOf } from "../mcp/meta.ts";
import type { UpstreamCall } from "./upstream.ts";

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
