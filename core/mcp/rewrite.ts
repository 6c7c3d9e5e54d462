import { mapObject, mapText } from "./map_fields.ts";
import type { JsonObject, RpcError, RpcNotification } from "./message.ts";
import type { ListKind } from "./methods.ts";
import type { Naming } from "./naming.ts";
import {
  exposing,
  owning,
  renameError,
  renameMeta,
  renameParams,
  renameResult,
  renameServerRequest,
  renameTask,
} from "./rename.ts";

/** A server's result as an endpoint shows it; plain names give the very same object. */
export function exposeResult(
  naming: Naming,
  slug: string,
  method: string,
  result: JsonObject,
): JsonObject {
  return naming.isPlain ? result : renameResult(exposing(naming, slug), method, result);
}

/** A server's error as an endpoint shows it. */
export function exposeError(naming: Naming, slug: string, error: RpcError): RpcError {
  return naming.isPlain ? error : renameError(exposing(naming, slug), error);
}

/** What a server says on its own, as an endpoint shows it. */
export function exposeNotification(
  naming: Naming,
  slug: string,
  notification: RpcNotification,
): RpcNotification {
  if (naming.isPlain) return notification;
  const to = exposing(naming, slug);
  return mapObject(notification, "params", (params) => {
    const renamed = renameMeta(to, params);
    switch (notification.method) {
      case "notifications/resources/updated":
        return mapText(renamed, "uri", to.uri);
      case "notifications/tasks/status":
      case "notifications/tasks":
        return renameTask(to, renamed);
      default:
        return renamed;
    }
  });
}

/** What a server asks of its client, as an endpoint shows it. */
export function exposeServerRequest<R extends JsonObject>(
  naming: Naming,
  slug: string,
  request: R,
): R {
  return naming.isPlain ? request : renameServerRequest(exposing(naming, slug), request);
}

/**
 * A client's parameters as the server knows them: URIs, task ids, and what `_meta`
 * refers to.
 *
 * The name of a tool or a prompt, also in the `ref` of a completion, is left to who
 * has the list: it may be a shortened one.
 */
export function ownParams(
  naming: Naming,
  slug: string,
  method: string,
  params: JsonObject | undefined,
): JsonObject | undefined {
  if (naming.isPlain || params === undefined) return params;
  return renameParams(owning(naming, slug), method, params);
}

/** A client's answer to a server's question as the server knows it. */
export function ownAnswer<R extends JsonObject>(naming: Naming, slug: string, response: R): R {
  if (naming.isPlain) return response;
  const to = owning(naming, slug);
  return mapObject(response, "result", (result) => renameMeta(to, result));
}

/** The field by which the entries of a list are told apart. */
export function keyFieldOf(kind: ListKind): string {
  return KEY_FIELDS[kind];
}

const KEY_FIELDS: Record<ListKind, string> = {
  tools: "name",
  prompts: "name",
  resources: "uri",
  resourceTemplates: "uriTemplate",
  tasks: "taskId",
};

/** Whether an entry of a list can be asked for at all. */
export function isUsable(kind: ListKind, item: JsonObject): boolean {
  const key = item[KEY_FIELDS[kind]];
  return typeof key === "string" && key !== "";
}

/**
 * A server's list as an endpoint shows it, in the server's order; entries without a
 * name are left out.
 *
 * Only names, URIs and task ids change. Two tools whose shortened names would be the
 * same are told apart by their order, so give the whole list, and with `shown` the own
 * keys of what is left in it.
 */
export function exposeItems(
  naming: Naming,
  slug: string,
  kind: ListKind,
  items: readonly JsonObject[],
  shown: ReadonlySet<string> | null = null,
): readonly JsonObject[] {
  const isWhole = items.every((item) => isUsable(kind, item));
  const usable = isWhole ? items : items.filter((item) => isUsable(kind, item));
  const key = KEY_FIELDS[kind];
  const left = shown === null ? usable : usable.filter((item) => shown.has(String(item[key])));
  if (naming.isPlain) return left;

  const to = exposing(naming, slug);
  const rename = kind === "tasks"
    ? to.task
    : key === "name"
    ? namesFor(naming, slug, usable)
    : to.uri;
  return left.map((item) => mapText(renameMeta(to, item), key, rename));
}

function namesFor(
  naming: Naming,
  slug: string,
  items: readonly JsonObject[],
): (own: string) => string {
  const names = naming.names(slug, items.map(({ name }) => String(name)));
  const exposed = new Map([...names].map(([shown, own]) => [own, shown]));
  return (own) => exposed.get(own) ?? own;
}
