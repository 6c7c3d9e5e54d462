import type { Era } from "./versions.ts";

/** The lists that servers have; `tasks` is one of the legacy era alone. */
export type ListKind = "tools" | "prompts" | "resources" | "resourceTemplates" | "tasks";

/** By which parameter a request says which server it is for. */
export type AddressKind = "tool" | "prompt" | "resource" | "completion" | "task";

/** What the specification says about one method, over all of its revisions. */
export interface MethodFacts {
  eras: readonly Era[];
  /** Who may send it. */
  from: "client" | "server" | "both";
  isNotification: boolean;
  /** `null` where no parameter belongs to one server. */
  address: AddressKind | null;
  /** The list that it asks for a page of. */
  list: ListKind | null;
  /** Whether a modern result says for how long it may be kept (2026-07-28, Caching). */
  isCacheable: boolean;
  /** The parameter that the `Mcp-Name` header repeats. */
  mirrored: string | null;
}

const LEGACY: readonly Era[] = ["legacy"];
const MODERN: readonly Era[] = ["modern"];
const BOTH: readonly Era[] = ["legacy", "modern"];

function request(eras: readonly Era[], more: Partial<MethodFacts> = {}): MethodFacts {
  return {
    eras,
    from: "client",
    isNotification: false,
    address: null,
    list: null,
    isCacheable: false,
    mirrored: null,
    ...more,
  };
}

function list(kind: ListKind): MethodFacts {
  return request(BOTH, { list: kind, isCacheable: true });
}

function notification(eras: readonly Era[], from: MethodFacts["from"]): MethodFacts {
  return request(eras, { from, isNotification: true });
}

const ON_TASK = { address: "task", mirrored: "taskId" } as const;

/**
 * Every method of every revision, and of the tasks extension.
 *
 * The tasks of 2025-11-25 and those of the extension (`io.modelcontextprotocol/tasks`)
 * share names and little else; in the older ones, clients have tasks too.
 */
const METHODS: ReadonlyMap<string, MethodFacts> = new Map(Object.entries({
  "initialize": request(LEGACY),
  "ping": request(LEGACY, { from: "both" }),
  "server/discover": request(MODERN, { isCacheable: true }),

  "tools/list": list("tools"),
  "tools/call": request(BOTH, { address: "tool", mirrored: "name" }),
  "prompts/list": list("prompts"),
  "prompts/get": request(BOTH, { address: "prompt", mirrored: "name" }),
  "resources/list": list("resources"),
  "resources/templates/list": list("resourceTemplates"),
  "resources/read": request(BOTH, { address: "resource", mirrored: "uri", isCacheable: true }),
  "resources/subscribe": request(LEGACY, { address: "resource" }),
  "resources/unsubscribe": request(LEGACY, { address: "resource" }),
  "subscriptions/listen": request(MODERN),
  "completion/complete": request(BOTH, { address: "completion" }),
  "logging/setLevel": request(LEGACY),

  "tasks/get": request(BOTH, { ...ON_TASK, from: "both" }),
  "tasks/cancel": request(BOTH, { ...ON_TASK, from: "both" }),
  "tasks/update": request(MODERN, ON_TASK),
  "tasks/result": request(LEGACY, { address: "task", from: "both" }),
  "tasks/list": request(LEGACY, { list: "tasks", from: "both" }),

  "roots/list": request(BOTH, { from: "server" }),
  "sampling/createMessage": request(BOTH, { from: "server" }),
  "elicitation/create": request(BOTH, { from: "server" }),

  "notifications/initialized": notification(LEGACY, "client"),
  "notifications/roots/list_changed": notification(LEGACY, "client"),
  "notifications/cancelled": notification(BOTH, "both"),
  "notifications/progress": notification(BOTH, "both"),
  "notifications/message": notification(BOTH, "server"),
  "notifications/tools/list_changed": notification(BOTH, "server"),
  "notifications/prompts/list_changed": notification(BOTH, "server"),
  "notifications/resources/list_changed": notification(BOTH, "server"),
  "notifications/resources/updated": notification(BOTH, "server"),
  "notifications/subscriptions/acknowledged": notification(MODERN, "server"),
  "notifications/elicitation/complete": notification(LEGACY, "server"),
  "notifications/tasks/status": notification(LEGACY, "both"),
  "notifications/tasks": notification(MODERN, "server"),
}));

/** What is known of a method; `undefined` of one that no revision has. */
export function factsOf(method: string): MethodFacts | undefined {
  return METHODS.get(method);
}

/** Whether a client of an era may send a request by this name. */
export function isClientRequest(method: string, era: Era): boolean {
  const facts = METHODS.get(method);
  return facts !== undefined && !facts.isNotification && facts.from !== "server" &&
    facts.eras.includes(era);
}

/** By which parameter a request says which server it is for; `null` where none does. */
export function addressOf(method: string): AddressKind | null {
  return METHODS.get(method)?.address ?? null;
}

/** The list that a request asks for a page of; `null` where it asks for none. */
export function listOf(method: string): ListKind | null {
  return METHODS.get(method)?.list ?? null;
}

/** Whether a modern result of this method carries `ttlMs` and `cacheScope`. */
export function isCacheable(method: string): boolean {
  return METHODS.get(method)?.isCacheable ?? false;
}

/** Requests that change nothing, or the same when they are made again. */
const REPEATABLE: readonly string[] = [
  "ping",
  "prompts/get",
  "completion/complete",
  "resources/subscribe",
  "resources/unsubscribe",
  "tasks/get",
  "tasks/result",
];

/**
 * Whether a request may be made again although it may have been executed. What a call of a
 * tool does, its tool tells; what no revision knows may do anything.
 */
export function mayBeRepeated(method: string): boolean {
  return isCacheable(method) || REPEATABLE.includes(method);
}

/** The parameter that `Mcp-Name` repeats; `null` where the method has no such header. */
export function mirroredField(method: string): string | null {
  return METHODS.get(method)?.mirrored ?? null;
}

const LIST_METHODS: Record<ListKind, string> = {
  tools: "tools/list",
  prompts: "prompts/list",
  resources: "resources/list",
  resourceTemplates: "resources/templates/list",
  tasks: "tasks/list",
};

/** The method by which a list is asked for. */
export function listMethodOf(kind: ListKind): string {
  return LIST_METHODS[kind];
}
