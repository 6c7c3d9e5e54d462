import { mapObject } from "./map_fields.ts";
import { isObject, type JsonObject } from "./message.ts";
import { type Era, eraOfRoute, type Route } from "./versions.ts";

/** The tasks of the modern era (SEP-2663). */
export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

/** What is known of a server that said what it can do. */
export interface Greeted {
  route: Route;
  capabilities: JsonObject;
}

/** What the endpoint of a whole workspace offers, whatever is installed in it. */
const BASE: JsonObject = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};

/**
 * What the endpoint of a whole workspace offers to a client of one era.
 *
 * Extensions, experiments and tasks are those of the servers of the client's own era,
 * put together; of two settings under one name, the first server's holds.
 */
export function aggregateCapabilities(era: Era, greetings: readonly Greeted[]): JsonObject {
  const fields = era === "legacy"
    ? ["experimental", "extensions", "tasks"]
    : ["experimental", "extensions"];
  const own = greetings.filter(({ route }) => eraOfRoute(route) === era);

  const united = fields.flatMap((field): [string, JsonObject][] => {
    const values = own.map(({ capabilities }) => capabilities[field]).filter(isObject);
    return values.length === 0 ? [] : [[field, values.reduce(unite)]];
  });
  return { ...BASE, ...Object.fromEntries(united) };
}

function unite(one: JsonObject, other: JsonObject): JsonObject {
  const added = Object.entries(other).map(([name, value]) => {
    const known = Object.hasOwn(one, name) ? one[name] : undefined;
    if (known === undefined) return [name, value];
    return [name, isObject(known) && isObject(value) ? unite(known, value) : known];
  });
  return { ...one, ...Object.fromEntries(added) };
}

/**
 * What the endpoint of one server offers: what the server does.
 *
 * Its lists may change with its installation, so they always say that they can. Tasks
 * do not cross the border between the eras.
 */
export function relayedCapabilities(
  callerEra: Era,
  capabilities: JsonObject,
  route: Route,
): JsonObject {
  const relayed = ["tools", "prompts", "resources"].reduce(
    (known, list) => mapObject(known, list, (capability) => ({ ...capability, listChanged: true })),
    capabilities,
  );
  if (callerEra === eraOfRoute(route)) return relayed;

  const { tasks: _, ...rest } = withoutTasksExtension(relayed);
  return rest;
}

/** Capabilities of a client or a server without the extension for tasks. */
export function withoutTasksExtension(capabilities: JsonObject): JsonObject {
  const { extensions, ...rest } = capabilities;
  if (!isObject(extensions) || !Object.hasOwn(extensions, TASKS_EXTENSION)) return capabilities;

  const { [TASKS_EXTENSION]: _, ...others } = extensions;
  return Object.keys(others).length === 0 ? rest : { ...rest, extensions: others };
}
