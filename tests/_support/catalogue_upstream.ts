import { serveLocally } from "./upstream.ts";

type Json = Record<string, unknown>;

/** What a catalogue server offers; a test may change it while it runs. */
export interface Catalogue {
  tools: Json[];
  prompts: Json[];
  resources: Json[];
  resourceTemplates: Json[];
}

/** A server of one era that offers what a test says, and remembers what it was asked. */
export interface CatalogueUpstream extends AsyncDisposable {
  readonly url: string;
  offers: Catalogue;
  /** Every request, as its method and what it names. */
  readonly asked: string[];
  /** Called before a request is answered. */
  before: (method: string) => void | Promise<void>;
  /** Gives another answer to a request than usual, or `null`. */
  instead: (method: string, id: unknown, headers: Headers) => Response | null;
  /** How many tools one page has. */
  pageSize: number;
  /** Whether lists are answered with an error. */
  isListBroken: boolean;
}

/** A tool as these servers list it. */
export function tool(name: string, more: Json = {}): Json {
  return { name, description: `Does ${name}.`, inputSchema: { type: "object" }, ...more };
}

const OFFERED = {
  tools: { listChanged: true },
  prompts: {},
  resources: { subscribe: true },
  completions: {},
  tasks: {},
};
const INFO = { name: "catalogue", version: "1.0.0" };
const INSTRUCTIONS = "Call get_user before drop_user.";

/** Starts one that offers three tools, two prompts, two resources and a template. */
export function startCatalogue(era: "modern" | "legacy"): CatalogueUpstream {
  const asked: string[] = [];
  const http = serveLocally(async (request) => {
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const { id, method, params } = await request.json();
    if (id === undefined) return new Response(null, { status: 202 });
    asked.push(
      [method, params?.ref?.name ?? params?.name ?? params?.uri].filter(Boolean).join(" "),
    );
    const preparing = upstream.before(method);
    // Nothing comes between what it sets at once and this request's answer.
    if (preparing !== undefined) await preparing;
    const other = upstream.instead(method, id, request.headers);
    if (other !== null) return other;
    const answer = answerTo(era, upstream, method, params ?? {});
    const status = "error" in answer && era === "modern" ? 404 : 200;
    return Response.json({ jsonrpc: "2.0", id, ...answer }, { status });
  });

  const upstream: CatalogueUpstream = {
    url: `${http.origin}/mcp`,
    asked,
    before: () => {},
    instead: () => null,
    pageSize: 100,
    isListBroken: false,
    offers: {
      tools: [
        tool("get_user", { annotations: { readOnlyHint: true } }),
        tool("list_users"),
        tool("drop_user", { annotations: { readOnlyHint: false } }),
      ],
      prompts: [{ name: "ask" }, { name: "secret_ask" }],
      resources: [{ uri: "memo:open", name: "open" }, { uri: "memo:secret", name: "secret" }],
      resourceTemplates: [
        { uriTemplate: "memo:day/{day}", name: "day" },
        { uriTemplate: "memo:secret/{day}", name: "secret day" },
      ],
    },
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
  return upstream;
}

function answerTo(
  era: "modern" | "legacy",
  { offers, isListBroken, pageSize }: CatalogueUpstream,
  method: string,
  params: Json,
): { result: Json } | { error: Json } {
  const keep = era === "modern" ? { ttlMs: 60_000, cacheScope: "public" } : {};
  const typed = era === "modern" ? { resultType: "complete" } : {};
  const list = (kind: keyof Catalogue) =>
    isListBroken
      ? { error: { code: -32603, message: "The list is broken" } }
      : { result: { [kind]: offers[kind], ...keep, ...typed } };

  switch (method) {
    case "server/discover":
      if (era === "legacy") break;
      return {
        result: {
          supportedVersions: ["2026-07-28"],
          capabilities: OFFERED,
          instructions: INSTRUCTIONS,
          ...keep,
          ...typed,
        },
      };
    case "initialize":
      if (era === "modern") break;
      return {
        result: {
          protocolVersion: "2025-11-25",
          capabilities: OFFERED,
          serverInfo: INFO,
          instructions: INSTRUCTIONS,
        },
      };
    case "tools/list": {
      if (isListBroken || offers.tools.length <= pageSize) return list("tools");
      const from = Number(params.cursor ?? 0);
      const to = from + pageSize;
      const next = to < offers.tools.length ? { nextCursor: String(to) } : {};
      return { result: { tools: offers.tools.slice(from, to), ...next, ...keep, ...typed } };
    }
    case "prompts/list":
      return list("prompts");
    case "resources/list":
      return list("resources");
    case "resources/templates/list":
      return list("resourceTemplates");
    case "tasks/list":
      return { result: { tasks: [{ taskId: "task-1", status: "working" }], ...typed } };
    case "tools/call":
      return { result: { content: [{ type: "text", text: `ran ${params.name}` }], ...typed } };
    case "prompts/get":
      return { result: { messages: [], ...typed } };
    case "resources/read":
      return offers.resources.some(({ uri }) => uri === params.uri)
        ? { result: { contents: [{ uri: params.uri, text: "read" }], ...keep, ...typed } }
        : { error: { code: -32002, message: "The server's own words" } };
    case "resources/subscribe":
    case "resources/unsubscribe":
      return { result: {} };
    case "completion/complete":
      return { result: { completion: { values: ["done"] }, ...typed } };
    case "vendor/run":
      return { result: { ran: true } };
  }
  return { error: { code: -32601, message: "Method not found" } };
}
