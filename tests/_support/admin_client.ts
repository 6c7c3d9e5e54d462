import type { ReportRow } from "../../core/analytics/report.ts";
import type { Call } from "../../core/calls/call.ts";
import type { InjectionRule, SecretView } from "../../core/secrets/secret.ts";
import type { ServerView } from "../../core/servers/server.ts";
import type { CreatedToken, TokenView } from "../../core/tokens/token.ts";
import type { WorkspaceView } from "../../core/workspaces/workspace.ts";

/** A refusal of the admin API. */
export class AdminRefusal extends Error {
  readonly status: number;

  constructor(what: string, status: number, body: string) {
    super(`${what} was answered ${status}: ${body}`);
    this.status = status;
  }
}

/** The admin API of a running gateway, over plain HTTP. */
export class AdminClient {
  #base: string;
  #token: string;

  constructor(origin: string, token: string) {
    this.#base = `${origin}/api/v1`;
    this.#token = token;
  }

  addServer(
    slug: string,
    url: string,
    totalSeconds?: number,
    connectSeconds?: number,
  ): Promise<ServerView> {
    const timeouts = { totalSeconds, connectSeconds };
    return this.send("POST", "/servers", { name: slug, slug, url, timeouts });
  }

  setSecret(
    slug: string,
    name: string,
    value: string,
    rules?: InjectionRule[],
  ): Promise<SecretView> {
    return this.send("PUT", `/servers/${slug}/secrets/${name}`, { value, rules });
  }

  addWorkspace(slug: string): Promise<WorkspaceView> {
    return this.send("POST", "/workspaces", { slug });
  }

  install(server: string, workspace: string): Promise<WorkspaceView> {
    return this.send("PUT", `/workspaces/${workspace}/servers/${server}`);
  }

  addToken(workspace: string, name: string): Promise<CreatedToken> {
    return this.send("POST", `/workspaces/${workspace}/tokens`, { name });
  }

  revokeToken(workspace: string, id: string): Promise<TokenView> {
    return this.send("DELETE", `/workspaces/${workspace}/tokens/${id}`);
  }

  async analytics(workspace: string): Promise<ReportRow[]> {
    const { items } = await this.send<{ items: ReportRow[] }>(
      "GET",
      `/workspaces/${workspace}/analytics?period=24h&limit=1000`,
    );
    return items;
  }

  /** Every call of a workspace, newest first. */
  async calls(workspace: string): Promise<Call[]> {
    const calls: Call[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { items: Call[]; nextCursor: string | null } = await this.send(
        "GET",
        `/workspaces/${workspace}/calls?limit=200${query}`,
      );
      calls.push(...page.items);
      cursor = page.nextCursor;
    }
    return calls;
  }

  /** Sends one request; throws {@linkcode AdminRefusal} for what is not 2xx. */
  async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.#base + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new AdminRefusal(`${method} ${path}`, answer.status, text);
    return (text === "" ? null : JSON.parse(text)) as T;
  }
}
