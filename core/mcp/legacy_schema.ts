import { mapObject } from "./map_fields.ts";
import { isObject, type JsonObject } from "./message.ts";

/**
 * A modern server's tool as legacy clients can read it.
 *
 * Their schema wants `type: "object"`, and an object for each property (2025-11-25, Tool).
 * What can be said so is said so; an output schema that cannot is left out.
 */
export function legacyTool(tool: JsonObject): JsonObject {
  const plain = mapObject(mapObject(tool, "inputSchema", spelled), "outputSchema", spelled);
  if (plain.outputSchema === undefined || isLegacySchema(plain.outputSchema)) return plain;
  const { outputSchema: _, ...rest } = plain;
  return rest;
}

/** A schema whose properties say `true` and `false` in the long form. */
function spelled(schema: JsonObject): JsonObject {
  return mapObject(schema, "properties", (properties) => {
    const entries = Object.entries(properties);
    if (!entries.some(([, value]) => typeof value === "boolean")) return properties;
    return Object.fromEntries(entries.map(([name, value]) => [name, longForm(value)]));
  });
}

function longForm(schema: unknown): unknown {
  if (typeof schema !== "boolean") return schema;
  return schema ? {} : { not: {} };
}

function isLegacySchema(schema: unknown): boolean {
  if (!isObject(schema) || schema.type !== "object") return false;
  const { properties = {}, required = [] } = schema;
  return isObject(properties) && Object.values(properties).every(isObject) &&
    Array.isArray(required) && required.every((name) => typeof name === "string");
}
