/** A secret as the API answers it. */
export const SECRET = {
  name: "API_KEY",
  version: 2,
  rules: [{ kind: "header", name: "API_KEY" }],
  perMember: false,
  isSet: true,
  membersSet: 0,
  isScanned: true,
  keyId: "default",
  createdAt: "2026-11-01T10:00:00.000Z",
  setAt: "2026-11-01T10:00:00.000Z",
  setBy: "deploy script",
  updatedAt: "2026-11-01T10:00:00.000Z",
  warnings: ["nginx drops headers with _ by default."],
};

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
  onLeak: "redact",
  disabled: null,
  health: { eras: [], transport: null, probedAt: null, breaker: null },
  workspaces: ["backend"],
  secrets: [SECRET],
  changesWaiting: 0,
  createdAt: "2026-11-01T10:00:00.000Z",
  updatedAt: "2026-11-01T10:00:00.000Z",
};

/** A workspace as the API answers it. */
export const WORKSPACE = {
  id: "ws_0123456789abcdefghij",
  slug: "backend",
  name: "Backend",
  disabledAt: null,
  retentionDays: 90,
  limits: {
    requestsPerMinute: 600,
    requestsPerMinutePerToken: null,
    concurrentCalls: null,
    concurrentCallsPerToken: 5,
  },
  logArguments: null,
  path: "/ws/backend/sse",
  url: "https://mcp.example.com/ws/backend/sse",
  servers: [{
    slug: "internal-api",
    name: "Internal API",
    installedAt: "2026-11-01T10:00:00.000Z",
    isDisabled: false,
    policy: null,
    onChange: "warn",
    limits: { callsPerMinutePerTool: null, tools: {} },
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
  policy: null,
  limits: { requestsPerMinute: null, concurrentCalls: null },
};

/** The token itself, which only one answer holds. */
export const TOKEN_TEXT = "mwt_alice_Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7";

/** A call on the record. */
export const CALL = {
  id: "000000000000a1b20000-0",
  at: new Date(Date.now() - 130_000).toISOString(),
  tokenId: TOKEN.id,
  person: "Alice Chen",
  email: "alice@example.com",
  serverId: "srv_0123456789abcdefghij",
  server: "internal-api",
  method: "tools/call",
  tool: "get_user",
  era: "modern",
  outcome: "tool_error",
  reason: "tool_error",
  durationMs: 12.4,
  bytesIn: 100,
  bytesOut: 200,
};

/** What was counted of some calls. */
export const FIGURES = {
  calls: 1_042,
  errors: 1,
  outcomes: { ok: 1_041, tool_error: 1 },
  bytesIn: 104_200,
  bytesOut: 2_084_000,
  p50Ms: 12.4,
  p95Ms: 180,
  p99Ms: 2_310,
  lastUsed: CALL.at,
};

/** A row of the analytics. */
export const ANALYTICS_ROW = {
  user: "Alice Chen",
  email: "alice@example.com",
  tokenId: TOKEN.id,
  server: "internal-api",
  serverId: SERVER.id,
  serverName: "Internal API",
  method: "tools/call",
  tool: "get_user",
  ...FIGURES,
};

/** A list with one page. */
export function listOf(...items: unknown[]) {
  return { items, nextCursor: null };
}
