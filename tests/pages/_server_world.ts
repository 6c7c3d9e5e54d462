import { registerServer } from "../../core/servers/register_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { type CatalogueUpstream, startCatalogue } from "../_support/catalogue_upstream.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { namesIn } from "../gateway/_policies.ts";
import { answerIn, type Json, modern } from "../gateway/_requests.ts";

/** The app with a real server, `db`, that two workspaces have: `team` holds changes, `ops` not. */
export interface ServerWorld extends AsyncDisposable {
  app: RunningApp;
  upstream: CatalogueUpstream;
  /** The `Cookie` header of an admin who may change things. */
  cookie: string;
  /** A page as that admin sees it, or as somebody else. */
  read(path: string, as?: string): Promise<string>;
  /** A form of a page, and where it leads to; its page when it leads nowhere. */
  send(
    path: string,
    fields: Record<string, string> | string[][],
    as?: string,
  ): Promise<{ status: number; to: string | null; notice: string; html: string }>;
  /** The tools that a member's client is shown. */
  toolsOf(workspace: string): Promise<string[]>;
  /** Calls a tool of `db`, or of another server, as that member. */
  call(workspace: string, tool: string, server?: string): Promise<void>;
}

/** Starts it with nothing listed yet. */
export async function startServerWorld(): Promise<ServerWorld> {
  const stack = new AsyncDisposableStack();
  const upstream = stack.use(await startCatalogue("modern"));
  const app = stack.use(await startApp({ AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" }));
  const { services } = app;
  await registerServer(services, AN_ADMIN, { name: "Database", slug: "db", url: upstream.url });
  const tokens = new Map<string, string>();
  for (const [slug, onChange] of [["team", "hold"], ["ops", "warn"]] as const) {
    await createWorkspace(services, AN_ADMIN, { slug });
    await installServer(services, AN_ADMIN, { workspace: slug, server: "db" }, { onChange });
    const { token } = await createToken(services, AN_ADMIN, slug, { name: "Alice Chen" });
    tokens.set(slug, token);
  }
  const cookie = await app.signIn("admin");

  async function asMember(workspace: string, method: string, params: Json = {}) {
    const address = `${app.origin}/ws/${workspace}/sse`;
    const request = modern(tokens.get(workspace) ?? "", method, params, { address });
    return await answerIn(await fetch(request));
  }

  return {
    app,
    upstream,
    cookie,
    async read(path, as = cookie) {
      return await (await app.ask(path, { headers: { cookie: as } })).text();
    },
    async send(path, fields, as = cookie) {
      const response = await app.submit(path, { cookie: as, fields });
      return {
        status: response.status,
        to: response.headers.get("location"),
        notice: decodeURIComponent(response.headers.get("set-cookie") ?? ""),
        html: await response.text(),
      };
    },
    toolsOf: async (workspace) => namesIn(await asMember(workspace, "tools/list"), "tools"),
    async call(workspace, tool, server = "db") {
      await asMember(workspace, "tools/call", { name: `${server}__${tool}`, arguments: {} });
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

/** The text of a page, without its marks. */
export function textOf(html: string): string {
  return html.replaceAll(/<[^>]*>/g, " ").replaceAll("&quot;", '"').replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">").replaceAll("&#39;", "'").replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ");
}
