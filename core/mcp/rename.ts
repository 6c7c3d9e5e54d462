import { mapArray, mapObject, mapText } from "./map_fields.ts";
import { isObject, type JsonObject } from "./message.ts";
import { META } from "./meta.ts";
import { addressOf } from "./methods.ts";
import type { Naming } from "./naming.ts";

/** What happens to the two kinds of names that are found inside of messages. */
export interface Renaming {
  uri(uri: string): string;
  task(id: string): string;
}

/** From a server's own names to those that an endpoint shows. */
export function exposing(naming: Naming, slug: string): Renaming {
  return {
    uri: (uri) => naming.exposeUri(slug, uri),
    task: (id) => naming.exposeTask(slug, id),
  };
}

/** And back; what is no name of this server stays as it is. */
export function owning(naming: Naming, slug: string): Renaming {
  const own = (name: string, owner: { slug: string; own: string } | null): string =>
    owner?.slug === slug ? owner.own : name;
  return {
    uri: (uri) => own(uri, naming.ownerOfUri(uri)),
    task: (id) => own(id, naming.ownerOfTask(id)),
  };
}

/** Renames what `_meta` refers to: a task, and the page that shows a tool (MCP Apps). */
export function renameMeta<T extends JsonObject>(to: Renaming, holder: T): T {
  return mapObject(holder, "_meta", (meta) => {
    const related = mapObject(meta, META.relatedTask, (task) => mapText(task, "taskId", to.task));
    const nested = mapObject(related, "ui", (ui) => mapText(ui, "resourceUri", to.uri));
    return mapText(nested, META.uiResource, to.uri);
  });
}

/** Renames the resources in content: one block or an array of them. */
function renameContent<T extends JsonObject>(to: Renaming, holder: T): T {
  const array = mapArray(holder, "content", (block) => renameBlock(to, block));
  return mapObject(array, "content", (block) => renameBlock(to, block));
}

function renameBlock(to: Renaming, block: JsonObject): JsonObject {
  switch (block.type) {
    case "resource_link":
      return renameMeta(to, mapText(block, "uri", to.uri));
    case "resource":
      return mapObject(block, "resource", (resource) => mapText(resource, "uri", to.uri));
    case "tool_result":
      return renameContent(to, block);
    default:
      return block;
  }
}

/** Renames what a server's question to a client refers to. */
export function renameServerRequest<T extends JsonObject>(to: Renaming, request: T): T {
  return mapObject(request, "params", (params) => {
    const renamed = renameMeta(to, params);
    if (request.method !== "sampling/createMessage") return renamed;
    return mapArray(renamed, "messages", (message) => renameContent(to, message));
  });
}

/** Renames what the error of a request refers to. */
export function renameError<T extends JsonObject>(to: Renaming, error: T): T {
  return mapObject(error, "data", (data) => mapText(data, "uri", to.uri));
}

/** Renames a task in whichever state: its id, its questions, its outcome. */
export function renameTask<T extends JsonObject>(to: Renaming, task: T): T {
  const named = mapText(renameQuestions(to, task), "taskId", to.task);
  // Only calls of tools become tasks (SEP-2663, Supported Methods).
  const ended = mapObject(named, "result", (result) => renameResult(to, "tools/call", result));
  return mapObject(ended, "error", (error) => renameError(to, error));
}

function renameQuestions<T extends JsonObject>(to: Renaming, holder: T): T {
  return mapObject(holder, "inputRequests", (requests) => {
    const entries = Object.entries(requests).map(([key, request]) =>
      [key, isObject(request) ? renameServerRequest(to, request) : request] as const
    );
    const isSame = entries.every(([key, request]) => request === requests[key]);
    return isSame ? requests : Object.fromEntries(entries);
  });
}

/** Renames what a result refers to. */
export function renameResult<T extends JsonObject>(to: Renaming, method: string, result: T): T {
  const renamed = renameMeta(to, result);
  const isTask = renamed.resultType === "task" || addressOf(method) === "task";
  if (isTask && method !== "tasks/result") return renameTask(to, renamed);

  const asking = renameQuestions(to, renamed);
  switch (method) {
    case "tools/call":
      return renameToolResult(to, asking);
    // The result of the call that the task was made for (2025-11-25, Tasks).
    case "tasks/result":
      return renameToolResult(to, asking);
    case "tasks/list":
      return mapArray(asking, "tasks", (task) => renameTask(to, task));
    case "prompts/get":
      return mapArray(asking, "messages", (message) => renameContent(to, message));
    case "resources/read":
      return mapArray(asking, "contents", (content) => mapText(content, "uri", to.uri));
    default:
      return asking;
  }
}

function renameToolResult<T extends JsonObject>(to: Renaming, result: T): T {
  return renameContent(to, mapObject(result, "task", (task) => renameTask(to, task)));
}

/** Renames what the parameters of a client's request refer to. */
export function renameParams<T extends JsonObject>(to: Renaming, method: string, params: T): T {
  const renamed = renameMeta(to, params);
  switch (addressOf(method)) {
    case "resource":
      return mapText(renamed, "uri", to.uri);
    case "task":
      return mapText(renamed, "taskId", to.task);
    case "completion":
      return mapObject(renamed, "ref", (ref) => mapText(ref, "uri", to.uri));
    default:
      return renamed;
  }
}
