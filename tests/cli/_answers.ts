/** A server as the API answers it. */
export const SERVER = {
  id: "srv_0123456789abcdefghij",
  slug: "internal-api",
  name: "Internal API",
  url: "https://api.example.com/sse",
  protocol: "auto",
  timeouts: { connectSeconds: 10, firstByteSeconds: null, idleSeconds: null, totalSeconds: 300 },
  maxConcurrent: 100,
  forwardHeaders: [],
  health: { eras: [], transport: null, probedAt: null, breaker: null },
  workspaces: ["backend"],
  secrets: ["API_KEY"],
  createdAt: "2026-11-01T10:00:00.000Z",
  updatedAt: "2026-11-01T10:00:00.000Z",
};

/** A secret as the API answers it. */
export const SECRET = {
  name: "API_KEY",
  version: 2,
  injection: { kind: "header", name: "API_KEY" },
  keyId: "default",
  createdAt: "2026-11-01T10:00:00.000Z",
  updatedAt: "2026-11-01T10:00:00.000Z",
  warnings: ["nginx drops headers with _ by default."],
};

/** A workspace as the API answers it. */
export const WORKSPACE = {
  id: "ws_0123456789abcdefghij",
  slug: "backend",
  name: "Backend",
  path: "/ws/backend/sse",
  url: "https://mcp.example.com/ws/backend/sse",
  servers: [{
    slug: "internal-api",
    name: "Internal API",
    installedAt: "2026-11-01T10:00:00.000Z",
  }],
  activeTokens: 2,
  createdAt: "2026-11-01T10:00:00.000Z",
};

/** A token as lists show it. */
export const TOKEN = {
  id: "tok_0123456789abcdefghij",
  name: "Alice Chen",
  email: "alice@example.com",
  visibleStart: "mwt_alice_Ab3d",
  status: "active",
  createdAt: "2026-11-01T10:00:00.000Z",
  expiresAt: null,
  revokedAt: null,
};

/** The token itself, which only one answer holds. */
export const TOKEN_TEXT = "mwt_alice_Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7";

/** A call on the record. */
export const CALL = {
  at: new Date(Date.now() - 130_000).toISOString(),
  tokenId: TOKEN.id,
  person: "Alice Chen",
  email: "alice@example.com",
  server: "internal-api",
  method: "tools/call",
  tool: "get_user",
  era: "modern",
  outcome: "tool_error",
  durationMs: 12.4,
  bytesIn: 100,
  bytesOut: 200,
};

/** A row of the analytics. */
export const ANALYTICS_ROW = {
  user: "Alice Chen",
  email: "alice@example.com",
  tokenId: TOKEN.id,
  server: "internal-api",
  method: "tools/call",
  tool: "get_user",
  calls: 42,
  errors: 1,
  lastUsed: CALL.at,
};

/** A list with one page. */
export function listOf(...items: unknown[]) {
  return { items, nextCursor: null };
}
