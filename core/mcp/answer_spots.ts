import { type Crossing, isBorder } from "./border.ts";
import { EACH, type JsonPath, type Spot } from "./json_spots.ts";
import { META } from "./meta.ts";
import { isCacheable } from "./methods.ts";
import type { Naming } from "./naming.ts";
import { exposing, type Renaming } from "./rename.ts";

/** What a result that passes unread is changed for. */
export interface Passage extends Crossing {
  naming: Naming;
  slug: string;
  method: string;
}

/** Changes a result as `resultForCaller` and `exposeResult` do. */
export function resultSpots(passage: Passage): Spot[] {
  const border = isBorder(passage) ? borderSpots(passage) : [];
  return passage.naming.isPlain ? border : [...border, ...namingSpots(passage)];
}

function borderSpots({ callerEra, method }: Passage): Spot[] {
  return callerEra === "modern" ? modernSpots(method) : legacySpots(method);
}

/** Adds what a modern result must say and this one did not. */
function modernSpots(method: string): Spot[] {
  const missing = new Map([["resultType", '"complete"']]);
  if (isCacheable(method)) missing.set("ttlMs", "0").set("cacheScope", '"private"');
  const tail = () => [...missing].map(([key, json]) => `"${key}":${json}`).join(",");

  return [
    { path: ["result"], tail },
    ...[...missing.keys()].map((key): Spot => ({
      path: ["result", key],
      meet: () => void missing.delete(key),
    })),
  ];
}

function legacySpots(method: string): Spot[] {
  const dropped = ["resultType", ...isCacheable(method) ? ["ttlMs", "cacheScope"] : []];
  return [
    ...dropped.map((key): Spot => ({ path: ["result", key], drop: () => true })),
    { path: ["result", "structuredContent"], drop: (kind) => kind !== "object" },
    { path: ["result", "_meta", META.serverInfo], drop: () => true },
  ];
}

function namingSpots({ naming, slug, method }: Passage): Spot[] {
  const to = exposing(naming, slug);
  const spots = metaSpots(to, ["result"]);
  switch (method) {
    case "tools/call":
      return [...spots, ...blockSpots(to, ["result", "content", EACH])];
    case "prompts/get":
      return [
        ...spots,
        ...blockSpots(to, ["result", "messages", EACH, "content"]),
        ...blockSpots(to, ["result", "messages", EACH, "content", EACH]),
      ];
    case "resources/read":
      return [...spots, { path: ["result", "contents", EACH, "uri"], map: text(to.uri) }];
    default:
      return spots;
  }
}

function metaSpots(to: Renaming, at: JsonPath): Spot[] {
  const meta = [...at, "_meta"];
  return [
    { path: [...meta, META.relatedTask, "taskId"], map: text(to.task) },
    { path: [...meta, "ui", "resourceUri"], map: text(to.uri) },
    { path: [...meta, META.uiResource], map: text(to.uri) },
  ];
}

/** Renames in one block of content; its type is known where it stands before the URI. */
function blockSpots(to: Renaming, at: JsonPath): Spot[] {
  let type: string | null = null;
  const isOr = (wanted: string) => type === null || type === JSON.stringify(wanted);

  return [
    { path: at, meet: () => void (type = null) },
    { path: [...at, "type"], map: (json) => type = json },
    {
      path: [...at, "uri"],
      map: (json) => isOr("resource_link") ? text(to.uri)(json) : json,
    },
    {
      path: [...at, "resource", "uri"],
      map: (json) => isOr("resource") ? text(to.uri)(json) : json,
    },
    ...metaSpots(to, at),
  ];
}

/** Maps the JSON of a text, and leaves anything else as it is. */
function text(map: (text: string) => string): (json: string) => string {
  return (json) => json.startsWith('"') ? JSON.stringify(map(JSON.parse(json))) : json;
}
