import type { InputRequest } from "./input_required.ts";
import { legacyTool } from "./legacy_schema.ts";
import { mapObject } from "./map_fields.ts";
import { isObject, type JsonObject, RPC, type RpcError, textParam } from "./message.ts";
import { META } from "./meta.ts";
import { isCacheable, type ListKind, listOf } from "./methods.ts";
import { type Era, eraOfRoute, type Route } from "./versions.ts";

/** Who asked, and how the server that answered is spoken to. */
export interface Crossing {
  callerEra: Era;
  route: Route;
}

/** Whether an answer comes from another era than its question. */
export function isBorder({ callerEra, route }: Crossing): boolean {
  return callerEra !== eraOfRoute(route);
}

/** For how long a list of a legacy server may be kept: it names no time itself. */
export const LEGACY_LIST_TTL_MS = 5_000;

/** "Resource not found" of the legacy era (2025-11-25, Resources). */
export const RESOURCE_NOT_FOUND = -32002;

/** "Open these pages first" of the legacy era (2025-11-25, Elicitation). */
export const URL_ELICITATION_REQUIRED = -32042;

/** A server's result as a caller of the other era expects it; in one era it stays as it is. */
export function resultForCaller(
  crossing: Crossing & { method: string; result: JsonObject },
): JsonObject {
  if (!isBorder(crossing)) return crossing.result;
  const { callerEra, method, result } = crossing;
  return callerEra === "modern" ? modernResult(method, result) : legacyResult(method, result);
}

function modernResult(method: string, result: JsonObject): JsonObject {
  const typed = { resultType: "complete", ...result };
  if (!isCacheable(method)) return typed;
  const ttlMs = listOf(method) === null ? 0 : LEGACY_LIST_TTL_MS;
  return { ttlMs, cacheScope: "private", ...typed };
}

function legacyResult(method: string, result: JsonObject): JsonObject {
  const dropped = ["resultType"];
  if (isCacheable(method)) dropped.push("ttlMs", "cacheScope");
  // Any JSON value in the modern era, an object in the legacy one (SEP-2106).
  if (!isObject(result.structuredContent)) dropped.push("structuredContent");
  return withoutMeta(without(result, dropped), META.serverInfo);
}

function without<T extends JsonObject>(object: T, names: readonly string[]): JsonObject {
  if (!names.some((name) => Object.hasOwn(object, name))) return object;
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** An object without one key of its `_meta`, and without `_meta` if nothing else was in it. */
function withoutMeta(object: JsonObject, ...keys: string[]): JsonObject {
  const cleaned = mapObject(object, "_meta", (meta) => without(meta, keys));
  const isEmpty = isObject(cleaned._meta) && Object.keys(cleaned._meta).length === 0;
  return cleaned !== object && isEmpty ? without(cleaned, ["_meta"]) : cleaned;
}

/**
 * A server's list as a caller of the other era expects it; in one era it stays as it is.
 *
 * A legacy client may throw the whole list away for one schema that it does not know.
 */
export function itemsForCaller(
  kind: ListKind,
  items: readonly JsonObject[],
  crossing: Crossing,
): readonly JsonObject[] {
  const isToLegacy = isBorder(crossing) && crossing.callerEra === "legacy";
  return isToLegacy && kind === "tools" ? items.map(legacyTool) : items;
}

/** A server's error as a caller of the other era expects it; in one era it stays as it is. */
export function errorForCaller(
  crossing: Crossing & { method: string; params: JsonObject | undefined; error: RpcError },
): RpcError {
  const { callerEra, method, params, error } = crossing;
  if (!isBorder(crossing) || !method.startsWith("resources/")) return error;

  const data = isObject(error.data) ? error.data : {};
  if (callerEra === "legacy") {
    // Without the URI it is any other complaint about the parameters.
    const isNotFound = error.code === RPC.invalidParams && typeof data.uri === "string";
    return isNotFound ? { ...error, code: RESOURCE_NOT_FOUND } : error;
  }

  if (error.code !== RESOURCE_NOT_FOUND) return error;
  const uri = textParam(params, "uri");
  const named = uri === null ? data : { uri, ...data };
  return { ...error, code: RPC.invalidParams, data: named };
}

/**
 * A modern server's question as a legacy client expects it: a page to be opened needs
 * an id (2025-11-25, URL Mode Elicitation Requests).
 */
export function requestForLegacyClient<R extends InputRequest>(
  request: R,
  elicitationId: string,
): R {
  if (!isUrlElicitation(request)) return request;
  return mapObject(request, "params", (params) => ({ elicitationId, ...params }));
}

/** A legacy server's question as a modern client expects it, without its envelope. */
export function requestForModernClient({ method, params }: InputRequest): InputRequest {
  if (params === undefined) return { method };
  const names = isUrlElicitation({ method, params }) ? ["elicitationId", "task"] : ["task"];
  const known = without(params, names);
  return { method, params: withoutMeta(known, "progressToken", META.relatedTask) };
}

function isUrlElicitation({ method, params }: InputRequest): boolean {
  return method === "elicitation/create" && params?.mode === "url";
}

/**
 * The pages that a legacy server wants opened before it does what it was asked;
 * `null` where the error says something else.
 */
export function elicitationsOf(error: RpcError): JsonObject[] | null {
  if (error.code !== URL_ELICITATION_REQUIRED || !isObject(error.data)) return null;
  const { elicitations } = error.data;
  if (!Array.isArray(elicitations) || elicitations.length === 0) return null;
  return elicitations.every(isUrlParams) ? elicitations : null;
}

function isUrlParams(value: unknown): value is JsonObject {
  return isObject(value) && value.mode === "url" && typeof value.message === "string" &&
    typeof value.url === "string";
}
