import type { JsonObject } from "./message.ts";
import { META, metaOf } from "./meta.ts";

/** Fields of a result that only the modern era knows. */
const MODERN_FIELDS: readonly string[] = ["resultType", "ttlMs", "cacheScope"];

/** A result as a modern client must see it: with a type, and with who answered. */
export function asModernResult(result: JsonObject, serverInfo?: JsonObject): JsonObject {
  const typed = "resultType" in result ? result : { resultType: "complete", ...result };
  if (serverInfo === undefined || META.serverInfo in metaOf(typed)) return typed;
  return { ...typed, _meta: { ...metaOf(typed), [META.serverInfo]: serverInfo } };
}

/** A result as a legacy client expects it. */
export function asLegacyResult(result: JsonObject): JsonObject {
  if (!MODERN_FIELDS.some((field) => field in result)) return result;
  return Object.fromEntries(
    Object.entries(result).filter(([key]) => !MODERN_FIELDS.includes(key)),
  );
}

/** Whether a modern result asks the client for something first (MRTR). */
export function wantsInput(result: JsonObject): boolean {
  return result.resultType === "input_required";
}
