/** One HTTP request as an upstream received it. */
export interface ReceivedRequest {
  method: string;
  url: URL;
  headers: Headers;
  /** The body as text; empty when there was none. */
  body: string;
}

/** How a call of the tool `wait` went. */
export type WaitState = "running" | "finished" | "cancelled";

/** What an upstream saw, for a test to look at from outside the protocol. */
export class Journal {
  readonly requests: ReceivedRequest[] = [];
  /** Calls of `wait`, by the key they were given. */
  readonly waits = new Map<string, WaitState>();
  /** How often each tool ran. */
  readonly runs = new Map<string, number>();

  /** Forgets everything seen so far. */
  clear(): void {
    this.requests.length = 0;
    this.waits.clear();
    this.runs.clear();
  }

  /** Counts a run of this tool. */
  ran(tool: string): void {
    this.runs.set(tool, (this.runs.get(tool) ?? 0) + 1);
  }

  /** Keeps the request and gives it back with a body that can be read once more. */
  async keep(request: Request): Promise<Request> {
    const body = request.body === null ? "" : await request.clone().text();
    this.add({ method: request.method, url: new URL(request.url), headers: request.headers, body });
    return request;
  }

  /** Keeps a request whose body was read already. */
  add(request: ReceivedRequest): void {
    this.requests.push({ ...request, headers: new Headers(request.headers) });
  }

  /** The requests that carry this JSON-RPC method, oldest first. */
  withRpcMethod(method: string): ReceivedRequest[] {
    return this.requests.filter((request) => rpcMethodsOf(request.body).includes(method));
  }
}

function rpcMethodsOf(body: string): string[] {
  if (body === "" || !/^\s*[[{]/.test(body)) return [];
  try {
    const parsed = JSON.parse(body) as unknown;
    const messages = Array.isArray(parsed) ? parsed : [parsed];
    return messages.map((message) => String(message?.method ?? ""));
  } catch {
    return [];
  }
}
