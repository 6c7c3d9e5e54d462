import type { ServerId, TokenId, WorkspaceId } from "../ids.ts";

/**
 * Every key of the store, on one page.
 *
 * What each record holds is described in `docs/storage_schema.md`. Lists of a
 * kind are the prefixes in {@linkcode prefixes}.
 */
export const keys = {
  /** KvU64: the configuration epoch of a workspace. */
  epoch: (id: WorkspaceId) => ["epoch", id],

  workspace: (id: WorkspaceId) => ["workspace", id],
  workspaceBySlug: (slug: string) => ["workspace_by_slug", slug],

  server: (id: ServerId) => ["server", id],
  serverBySlug: (slug: string) => ["server_by_slug", slug],
  /** What was found out about how a server can be spoken to. */
  serverEras: (id: ServerId) => ["server_eras", id],
  /** That one process does not call a server for a while. */
  serverBreaker: (id: ServerId, instanceId: string) => ["server_breaker", id, instanceId],

  install: (workspace: WorkspaceId, server: ServerId) => ["install", workspace, server],
  installedIn: (server: ServerId, workspace: WorkspaceId) => [
    "installed_in",
    server,
    workspace,
  ],

  secret: (server: ServerId, name: string) => ["secret", server, name],

  token: (workspace: WorkspaceId, id: TokenId) => ["token", workspace, id],
  tokenByHash: (hash: string) => ["token_by_hash", hash],

  adminToken: (id: string) => ["admin_token", id],
  adminTokenByHash: (hash: string) => ["admin_token_by_hash", hash],
  adminSession: (hash: string) => ["admin_session", hash],
  signInLink: (hash: string) => ["sign_in_link", hash],
  /** Says which master keys sealed what is stored; see the keyring. */
  keyCheck: (keyId: string) => ["key_check", keyId],

  /** A group of call records; the last part is the commit's versionstamp. */
  calls: (workspace: WorkspaceId, versionstamp: symbol | string) => [
    "calls",
    workspace,
    versionstamp,
  ],

  /** KvU64: how often a server's lists were heard to change. */
  listVersion: (server: ServerId) => ["list_version", server],

  /** KvU64: counts the legacy sessions that were ended in a workspace. */
  sessionsEnded: (workspace: WorkspaceId) => ["sessions_ended", workspace],
  endedSession: (workspace: WorkspaceId, versionstamp: symbol | string) => [
    "ended_session",
    workspace,
    versionstamp,
  ],

  /** What a legacy client said for its whole session: log level and subscriptions. */
  sessionState: (memberId: string, sessionKey: string) => ["session_state", memberId, sessionKey],
  /** Which process holds the stream that a legacy session listens on. */
  listening: (memberId: string, sessionKey: string) => ["listening", memberId, sessionKey],

  /** Written with every letter, so that whoever receives there wakes up. */
  mailBell: (address: string) => ["mail_bell", address],
  /** Letters of one commit; the last part is the commit's versionstamp. */
  mail: (address: string, versionstamp: symbol | string) => [
    "mail",
    address,
    versionstamp,
  ],
  /** A piece of a letter that is too long for one value. */
  mailPart: (letterId: string, index: number) => ["mail_part", letterId, index],
};

/** Where the lists of each kind begin. */
export const prefixes = {
  workspaces: ["workspace"],
  workspaceSlugs: ["workspace_by_slug"],
  servers: ["server"],
  serverSlugs: ["server_by_slug"],
  serverBreakers: (id: ServerId) => ["server_breaker", id],
  installs: (workspace: WorkspaceId) => ["install", workspace],
  installedIn: (server: ServerId) => ["installed_in", server],
  secrets: (server: ServerId) => ["secret", server],
  tokens: (workspace: WorkspaceId) => ["token", workspace],
  adminTokens: ["admin_token"],
  keyChecks: ["key_check"],
  calls: (workspace: WorkspaceId) => ["calls", workspace],
  endedSessions: (workspace: WorkspaceId) => ["ended_session", workspace],
  mail: (address: string) => ["mail", address],
} as const;
