import { bearer, type ClientTarget } from "./client.ts";

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The JSON-RPC response in it; `null` when there is none. */
  message: RawMessage | null;
}

/** A JSON-RPC response that nobody has checked. */
export interface RawMessage {
  id?: unknown;
  result?: { content?: { text?: string }[]; tools?: { name: string }[]; [key: string]: unknown };
  error?: { code: number; message: string };
}

/** Sends one request of 2026-07-28, for tests that a client would stand in the way of. */
export async function askModern(
  target: ClientTarget,
  method: string,
  params: Record<string, unknown> = {},
  init: { id?: number | string; signal?: AbortSignal } = {},
): Promise<RawAnswer> {
  return await read(await sendModern(target, method, params, init));
}

/** The same, with the answer still open. */
export function sendModern(
  { url, token }: ClientTarget,
  method: string,
  params: Record<string, unknown> = {},
  { id = 1, signal }: { id?: number | string; signal?: AbortSignal } = {},
): Promise<Response> {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1.0.0" },
    "io.modelcontextprotocol/clientCapabilities": {},
    ...params._meta as object | undefined,
  };
  const name: Record<string, string> = typeof params.name === "string"
    ? { "mcp-name": params.name }
    : {};
  return fetch(url, {
    method: "POST",
    headers: {
      ...bearer(token),
      ...JSON_HEADERS,
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...name,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id, method, params: { ...params, _meta } }),
    signal,
  });
}

/** Begins a session of 2025-11-25 and gives its id. */
export async function beginSession(target: ClientTarget): Promise<string> {
  const answer = await askLegacy(target, null, "initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "raw", version: "1.0.0" },
  });
  const session = answer.headers.get("mcp-session-id");
  if (session === null) throw new Error(`No session: ${answer.status} ${answer.text}`);
  return session;
}

/** Sends one request of 2025-11-25. */
export async function askLegacy(
  target: ClientTarget,
  session: string | null,
  method: string,
  params: Record<string, unknown> = {},
  id: number | string = 1,
): Promise<RawAnswer> {
  return await read(await sendLegacy(target, session, method, params, id));
}

/** The same, with the answer still open. */
export function sendLegacy(
  { url, token }: ClientTarget,
  session: string | null,
  method: string,
  params: Record<string, unknown> = {},
  id: number | string = 1,
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { ...bearer(token), ...JSON_HEADERS, ...sessionHeaders(session) },
    body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
  });
}

/** Opens the stream of a session, or, without one, that of HTTP+SSE. */
export function openStream({ url, token }: ClientTarget, session: string | null) {
  return fetch(url, {
    headers: { ...bearer(token), accept: "text/event-stream", ...sessionHeaders(session) },
  });
}

const JSON_HEADERS = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
};

function sessionHeaders(session: string | null): Record<string, string> {
  if (session === null) return {};
  return { "mcp-session-id": session, "mcp-protocol-version": "2025-11-25" };
}

async function read(answer: Response): Promise<RawAnswer> {
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, message: messageIn(text) };
}

/** The response in a body of JSON or of events, of which it is the last. */
function messageIn(body: string): RawMessage | null {
  // The dot and the ends of lines would take U+2028 for one, which a text may hold.
  const lines = body.split(/\r\n|\r|\n/).filter((line) => /^data: ?\{/.test(line));
  const data = lines.at(-1)?.slice("data:".length) ?? body;
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
