import type { z } from "zod";
import type { ServerView } from "../servers/server.ts";
import type { InputName, INPUTS, OutputName, OUTPUTS } from "./schemas.ts";

const AT = "2026-11-22T09:30:00.000Z";

const server: z.input<typeof ServerView> = {
  id: "srv_0123456789abcdefghij",
  slug: "internal-api",
  name: "Internal API",
  url: "https://mcp.example.com/sse",
  protocol: "auto",
  timeouts: { connectSeconds: 10, firstByteSeconds: null, idleSeconds: null, totalSeconds: 300 },
  maxConcurrent: 100,
  forwardHeaders: [],
  health: {
    eras: ["modern"],
    transport: "streamable-http",
    probedAt: "2026-07-28T09:00:00.000Z",
    breaker: null,
  },
  workspaces: ["engineering"],
  secrets: ["X-API-Key"],
  createdAt: AT,
  updatedAt: AT,
};

const secret = {
  name: "X-API-Key",
  version: 1,
  injection: { kind: "header" as const, name: "X-API-Key" },
  keyId: "default",
  createdAt: AT,
  updatedAt: AT,
  warnings: [],
};

const workspace = {
  id: "ws_0123456789abcdefghij",
  slug: "engineering",
  name: "Engineering",
  path: "/ws/engineering/sse",
  url: "https://gateway.example.com/ws/engineering/sse",
  servers: [{ slug: "internal-api", name: "Internal API", installedAt: AT }],
  activeTokens: 1,
  createdAt: AT,
};

const token = {
  id: "tok_0123456789abcdefghij",
  name: "Alice Chen",
  email: "alice@example.com",
  visibleStart: "mwt_alice_Ab3d",
  status: "active" as const,
  createdAt: AT,
  expiresAt: null,
  revokedAt: null,
};

const adminToken = {
  id: "adm_0123456789abcdefghij",
  name: "deploy script",
  visibleStart: "aat_Ab3d",
  createdAt: AT,
  expiresAt: null,
};

const call = {
  at: AT,
  tokenId: token.id,
  person: "Alice Chen",
  email: "alice@example.com",
  server: "internal-api",
  method: "tools/call" as const,
  tool: "search",
  era: "modern" as const,
  outcome: "ok" as const,
  durationMs: 42,
  bytesIn: 180,
  bytesOut: 1024,
};

/** One request body of each kind. */
export const INPUT_EXAMPLES: {
  [Name in InputName]: z.input<typeof INPUTS[Name]>;
} = {
  AdminTokenInput: { name: adminToken.name },
  InjectionChange: { injection: { kind: "query", name: "api_key" } },
  SecretInput: { value: "the value", injection: secret.injection },
  ServerChange: { protocol: "2025-11-25", timeouts: { totalSeconds: 60 } },
  ServerInput: { name: server.name, slug: server.slug, url: server.url },
  TokenInput: {
    name: token.name,
    email: token.email,
    expiresAt: "2027-02-20T00:00:00Z",
  },
  WorkspaceInput: { slug: workspace.slug, name: workspace.name },
};

/** One answer of each kind. */
export const OUTPUT_EXAMPLES: {
  [Name in OutputName]: z.input<typeof OUTPUTS[Name]>;
} = {
  AdminTokenList: { items: [adminToken], nextCursor: null },
  AnalyticsReport: {
    workspace: workspace.slug,
    server: null,
    from: "2026-11-15T09:30:00.000Z",
    to: AT,
    items: [{
      user: token.name,
      email: token.email,
      tokenId: token.id,
      server: server.slug,
      method: call.method,
      tool: call.tool,
      calls: 12,
      errors: 1,
      lastUsed: AT,
    }],
    nextCursor: null,
  },
  CallList: { items: [call], nextCursor: null },
  CreatedAdminToken: { ...adminToken, token: "aat_…, shown this once" },
  CreatedToken: { ...token, token: "mwt_alice_…, shown this once" },
  Error: {
    error: {
      code: "slug_taken",
      message:
        'A server "internal-api" exists already; choose another slug, or update that server.',
      field: "slug",
    },
  },
  SecretList: { items: [secret], nextCursor: null },
  SecretView: secret,
  ServerList: { items: [server], nextCursor: null },
  ServerView: server,
  Status: {
    name: "aerostack-gateway",
    version: "0.1.0",
    publicUrl: "https://gateway.example.com",
    admin: { kind: "token", name: "deploy script" },
  },
  TestReport: {
    ok: true,
    stage: null,
    message: "Connected over Streamable HTTP; the server has 1 tool.",
    protocolVersion: "2026-07-28",
    transport: "streamable-http",
    era: "modern",
    tools: [{ name: "search", description: "Searches the records." }],
    durationMs: 180,
  },
  TokenList: { items: [token], nextCursor: null },
  TokenView: token,
  WorkspaceList: { items: [workspace], nextCursor: null },
  WorkspaceView: workspace,
};
