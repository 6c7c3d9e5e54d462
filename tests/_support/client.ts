/** What a test does with a client, whatever SDK or program is behind it. */
export interface TestClient extends AsyncDisposable {
  /** The tools of every page. */
  listTools(): Promise<ListedTool[]>;
  /** Calls a tool; rejects on a JSON-RPC error and when `signal` is aborted. */
  callTool(
    name: string,
    args?: Record<string, unknown>,
    options?: CallOptions,
  ): Promise<CalledTool>;
}

/** A tool as a client hands it over. */
export interface ListedTool {
  name: string;
  [key: string]: unknown;
}

/** A result as a client hands it over. */
export interface CalledTool {
  content: { type: string; text?: string }[];
  isError?: boolean;
  [key: string]: unknown;
}

/** What may accompany a call. */
export interface CallOptions {
  onProgress?: (progress: { progress: number; total?: number; message?: string }) => void;
  signal?: AbortSignal;
}

/** Where to connect, and with which bearer token. */
export interface ClientTarget {
  url: string;
  token: string;
  /** Sends a request to another address, as a load balancer in between would. */
  route?: (url: URL, init: RequestInit) => URL;
}

/** The text of a result's first block; most tools of the fixtures answer with one. */
export function textOf(result: CalledTool): string {
  return result.content[0]?.text ?? "";
}

/** The headers of a client that was given this token. */
export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/**
 * A `fetch` for the SDKs that keeps the answers of their open streams.
 *
 * Without it a collected `Response` leaves its connection open after the
 * client's `close()`, and a test leaks it.
 */
export function fetchFor({ route }: Pick<ClientTarget, "route"> = {}): typeof fetch {
  const kept: Response[] = [];
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const answer = await fetch(route?.(url, init) ?? url, init);
    if ((init.method ?? "GET") === "GET") kept.push(answer);
    return answer;
  };
}
