/** The eras that are measured, and the version that each is spoken in. */
export const PROTOCOLS = { modern: "2026-07-28", legacy: "2025-11-25" } as const;

export type Era = keyof typeof PROTOCOLS;

/** The upstream's one tool. */
export const TOOL = "text";

/** Where a round is sent, and what is asked for there. */
export interface Target {
  name: string;
  url: URL;
  /** The tool as this target calls it. */
  tool: string;
  /** A bearer token; the bare targets want none. */
  token: string | null;
}

const client = { name: "bench", version: "1.0.0" };

/** The message of one call; `id` tells the connections apart. */
export function callMessage(target: Target, era: Era, id: number, sizeBytes: number): string {
  return JSON.stringify({
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: { name: target.tool, arguments: { sizeBytes }, ...modernMeta(era) },
  });
}

/** The headers that go with it. */
export function callHeaders(
  target: Target,
  era: Era,
  session: string | null,
): Record<string, string> {
  return {
    ...commonHeaders(target, era),
    ...(era === "modern" ? { "mcp-method": "tools/call", "mcp-name": target.tool } : {}),
    ...(session === null ? {} : { "mcp-session-id": session }),
  };
}

/** Begins a legacy session and gives its id; modern clients need none. */
export async function openSession(target: Target, era: Era): Promise<string | null> {
  if (era === "modern") return null;
  const headers = commonHeaders(target, era);

  const params = { protocolVersion: PROTOCOLS.legacy, capabilities: {}, clientInfo: client };
  const answer = await post(target, headers, { id: 0, method: "initialize", params });
  const session = answer.headers.get("mcp-session-id");
  await answer.body?.cancel();

  if (session !== null) headers["mcp-session-id"] = session;
  const done = await post(target, headers, { method: "notifications/initialized" });
  await done.body?.cancel();

  return session;
}

async function post(target: Target, headers: Record<string, string>, message: object) {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  const answer = await fetch(target.url, { method: "POST", headers, body });
  if (answer.ok) return answer;
  throw new Error(`${target.name} answered ${answer.status}: ${await answer.text()}`);
}

function commonHeaders(target: Target, era: Era): Record<string, string> {
  return {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": PROTOCOLS[era],
    ...(target.token === null ? {} : { authorization: `Bearer ${target.token}` }),
  };
}

function modernMeta(era: Era) {
  if (era === "legacy") return {};
  return {
    _meta: {
      "io.modelcontextprotocol/protocolVersion": PROTOCOLS.modern,
      "io.modelcontextprotocol/clientInfo": client,
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  };
}
