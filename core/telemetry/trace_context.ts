import { isObject, type JsonObject } from "../mcp/message.ts";

/** The span that a request continues, as another program named it. */
export interface RemoteSpan {
  traceId: string;
  spanId: string;
  traceFlags: number;
}

/** What a request says of the trace that it belongs to. */
export interface TraceContext {
  /** By the message's own `_meta`; `null` when it names none that is valid. */
  parent: RemoteSpan | null;
  /** What other vendors wrote beside it, or beside the header that stands in for it. */
  tracestate: string | null;
}

/** The fields of `_meta` that carry a trace (2026-07-28, General fields). */
const TRACEPARENT = "traceparent";
const TRACESTATE = "tracestate";

/** A list of at most 32 members; longer than 512 characters need not be carried on. */
const MAX_TRACESTATE_CHARS = 512;
const MAX_TRACESTATE_MEMBERS = 32;

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Which span a request continues: the one that its message names, else, by its headers, the
 * one that is under way already.
 *
 * A `traceparent` that is malformed counts as none, and then its `tracestate` does, too (W3C
 * Trace Context, 4.3).
 */
export function traceContextOf(params: JsonObject | undefined, headers: Headers): TraceContext {
  const meta = isObject(params?._meta) ? params._meta : {};
  const parent = parseTraceparent(meta[TRACEPARENT]);
  if (parent !== null) return { parent, tracestate: parseTracestate(meta[TRACESTATE]) };
  const isInHeaders = parseTraceparent(headers.get(TRACEPARENT)) !== null;
  return {
    parent: null,
    tracestate: isInHeaders ? parseTracestate(headers.get(TRACESTATE)) : null,
  };
}

/** Reads a `traceparent` of version 00, or what a later version begins with. */
export function parseTraceparent(value: unknown): RemoteSpan | null {
  const match = typeof value === "string" ? FORM.exec(value) : null;
  if (match === null) return null;
  const [, version, traceId, spanId, flags, rest] = match;
  if (version === "ff" || (version === "00" && rest !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

/** The `traceparent` that names a span. */
export function traceparentOf({ traceId, spanId, traceFlags }: RemoteSpan): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, "0")}`;
}

function parseTracestate(value: unknown): string | null {
  if (typeof value !== "string" || value === "" || value.length > MAX_TRACESTATE_CHARS) return null;
  if (!/^[\x20-\x7e\t]+$/.test(value)) return null;
  return value.split(",").length <= MAX_TRACESTATE_MEMBERS ? value : null;
}

/** Parameters whose `_meta` carries a trace on, in place of what it carried before. */
export function withTrace(
  params: JsonObject | undefined,
  { traceparent, tracestate }: { traceparent: string; tracestate: string | null },
): JsonObject {
  const { [TRACEPARENT]: _parent, [TRACESTATE]: _state, ...meta } = isObject(params?._meta)
    ? params._meta
    : {};
  const state = tracestate === null ? {} : { [TRACESTATE]: tracestate };
  return { ...params, _meta: { ...meta, [TRACEPARENT]: traceparent, ...state } };
}
