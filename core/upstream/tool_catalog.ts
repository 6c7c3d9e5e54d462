import type { JsonObject } from "../mcp/message.ts";
import { isObject } from "../mcp/message.ts";
import { type ParamHeader, paramHeaders, withoutInvalidTools } from "../mcp/param_headers.ts";
import { hasName, LEGACY_TTL_MS, type ToolList } from "../mcp/tool_list.ts";
import { exposedNames } from "../mcp/tool_names.ts";
import type { Connector } from "./connector.ts";
import { upstreamFailure } from "./failures.ts";
import { answerServerRequest } from "./legacy_session.ts";
import type { Caller, Route, Target } from "./upstream.ts";

/** What is known of one tool when it is called. */
export interface CatalogTool {
  /** Its own name at its server. */
  name: string;
  /** The arguments that a modern server wants mirrored into headers. */
  paramHeaders: readonly ParamHeader[];
}

interface Entry {
  tools: ReadonlyMap<string, CatalogTool>;
  goodUntilMs: number;
}

const KEEP_MS = 5 * 60_000;
const MAX_ENTRIES = 2_000;
const MAX_PAGES = 100;
const MAX_TOOLS = 10_000;

/** How long one server may take to list its tools before the others go on without it. */
export const LIST_TIMEOUT_MS = 10_000;

/** Lists servers' tools, and remembers what a later call needs to know of them. */
export class ToolCatalog {
  readonly #connector: Connector;
  readonly #now: () => Date;
  readonly #entries = new Map<string, Entry>();

  constructor(connector: Connector, now: () => Date) {
    this.#connector = connector;
    this.#now = now;
  }

  /**
   * All tools of a server, every page of them. Throws `upstream_failed` and `upstream_timeout`,
   * also for an answer that is no list.
   */
  async list(target: Target, caller: Caller, signal: AbortSignal): Promise<ToolList> {
    const { tools, ttlMs, route } = await this.#readPages(target, caller, signal);
    const usable = route === "modern" ? withoutInvalidTools(tools).tools : tools;
    this.#remember(target, usable);
    return { tools: usable, ttlMs };
  }

  /** What is remembered of a tool by its exposed name; `undefined` = its server's list is not. */
  find(target: Target, exposedName: string): CatalogTool | null | undefined {
    const entry = this.#entries.get(target.fingerprint);
    if (entry === undefined || entry.goodUntilMs <= this.#now().getTime()) return undefined;
    return entry.tools.get(exposedName) ?? null;
  }

  async #readPages(target: Target, caller: Caller, signal: AbortSignal) {
    const tools: JsonObject[] = [];
    const cursors = new Set<string>();
    const deadlineMs = performance.now() + LIST_TIMEOUT_MS;
    let ttlMs = Number.POSITIVE_INFINITY;
    let cursor: string | undefined;
    let route: Route;

    do {
      const timeoutMs = Math.max(1, Math.ceil(deadlineMs - performance.now()));
      const page = await this.#readPage(target, caller, signal, cursor, timeoutMs);
      route = page.route;
      if (tools.length + page.tools.length > MAX_TOOLS) {
        throw badList(target, `has more than ${MAX_TOOLS} tools`);
      }
      tools.push(...page.tools);
      ttlMs = Math.min(ttlMs, page.ttlMs);
      cursor = page.cursor;
      if (cursor === undefined) break;
      if (cursors.has(cursor)) throw badList(target, "repeats a page cursor");
      cursors.add(cursor);
      if (cursors.size >= MAX_PAGES) throw badList(target, `has more than ${MAX_PAGES} pages`);
    } while (true);

    return { tools, ttlMs, route };
  }

  async #readPage(
    target: Target,
    caller: Caller,
    signal: AbortSignal,
    cursor: string | undefined,
    timeoutMs: number,
  ) {
    const { response, route } = await this.#connector.request({
      target,
      caller,
      id: "aerostack-tools-list",
      method: "tools/list",
      params: cursor === undefined ? undefined : { cursor },
      paramHeaders: [],
      signal,
      timeoutMs: Math.min(timeoutMs, target.timeoutMs),
      isRepeatable: true,
      onNotification: () => {},
      onRequest: (request) => Promise.resolve(answerServerRequest(request)),
    });
    const { result, error } = response;
    if (error !== undefined) throw badList(target, `is an error (code ${error.code})`);
    if (!Array.isArray(result?.tools)) throw badList(target, "holds no list of tools");

    const ttlMs = typeof result.ttlMs === "number" && result.ttlMs >= 0
      ? result.ttlMs
      : LEGACY_TTL_MS;
    return {
      tools: result.tools.filter(isObject),
      ttlMs,
      route,
      cursor: typeof result.nextCursor === "string" ? result.nextCursor : undefined,
    };
  }

  #remember(target: Target, tools: readonly JsonObject[]): void {
    const named = new Map(tools.filter(hasName).map((tool) => [tool.name, tool]));
    const names = exposedNames(target.slug, [...named.keys()]);
    const entry: Entry = {
      tools: new Map([...names].map(([exposed, name]) => [exposed, {
        name,
        paramHeaders: paramHeaders(named.get(name)?.inputSchema) ?? [],
      }])),
      goodUntilMs: this.#now().getTime() + KEEP_MS,
    };

    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= MAX_ENTRIES && !oldest.done) this.#entries.delete(oldest.value);
    this.#entries.set(target.fingerprint, entry);
  }
}

function badList(target: Target, what: string) {
  return upstreamFailure(
    target.slug,
    "protocol",
    `answered tools/list with something that ${what}`,
  );
}
