import type {
  DeliveryId,
  SecretId,
  ServerId,
  SinkId,
  TokenId,
  WebhookId,
  WorkspaceId,
} from "../ids.ts";
import { callKeys, callPrefixes } from "./call_keys.ts";

/**
 * Every key of the store: on this page, and those of calls and their sums in {@linkcode callKeys}.
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
  /** Written whenever something about how a server does, or of its pins, changed. */
  serversBell: ["servers_bell"],
  /** That one process does not call a server for a while. */
  serverBreaker: (id: ServerId, instanceId: string) => ["server_breaker", id, instanceId],

  install: (workspace: WorkspaceId, server: ServerId) => ["install", workspace, server],
  /** An install that was taken out lately, as it was. */
  removedInstall: (workspace: WorkspaceId, server: ServerId) => [
    "removed_install",
    workspace,
    server,
  ],
  installedIn: (server: ServerId, workspace: WorkspaceId) => [
    "installed_in",
    server,
    workspace,
  ],

  secret: (server: ServerId, name: string) => ["secret", server, name],
  /** A member's own value of a secret. */
  memberSecret: (server: ServerId, secret: SecretId, member: string) => [
    "member_secret",
    server,
    secret,
    member,
  ],
  /** That a member has a value of their own of a secret. */
  ownSecret: (member: string, server: ServerId, secret: SecretId) => [
    "own_secret",
    member,
    server,
    secret,
  ],
  /** How many members have a value of their own of a secret. */
  memberSecretCount: (server: ServerId, secret: SecretId) => [
    "member_secret_count",
    server,
    secret,
  ],

  token: (workspace: WorkspaceId, id: TokenId) => ["token", workspace, id],
  tokenByHash: (hash: string) => ["token_by_hash", hash],
  /** The tokens of one person that are not revoked, in all workspaces. */
  tokenByEmail: (email: string, workspace: WorkspaceId, id: TokenId) => [
    "token_by_email",
    email,
    workspace,
    id,
  ],
  /** KvU64: how often the tokens of one person changed. */
  memberEpoch: (email: string) => ["member_epoch", email],
  /** KvU64: how often it changed who has tokens, in whatever workspace. */
  peopleEpoch: ["people_epoch"],

  adminToken: (id: string) => ["admin_token", id],
  adminTokenByHash: (hash: string) => ["admin_token_by_hash", hash],
  adminSession: (hash: string) => ["admin_session", hash],
  /** A member who signed in to their own page. */
  selfSession: (hash: string) => ["self_session", hash],
  signInLink: (hash: string) => ["sign_in_link", hash],
  /** Says which master keys sealed what is stored; see the keyring. */
  keyCheck: (keyId: string) => ["key_check", keyId],

  /** An entry of the audit log, by its place in it. */
  auditEntry: (seq: number) => ["audit", seq],
  /** Where the audit log ends. */
  auditHead: ["audit_head"],

  ...callKeys,

  /** Events that were committed together; the last part is the commit's versionstamp. */
  events: (versionstamp: symbol | string) => ["events", versionstamp],

  /** Written with every event, so that whoever waits for one wakes up. */
  eventBell: ["event_bell"],
  /** When something of this name was last put on the record as an event. */
  eventMark: (name: string) => ["event_mark", name],

  webhook: (id: WebhookId) => ["webhook", id],
  /** KvU64: how often webhooks were changed. */
  webhookEpoch: ["webhook_epoch"],
  /** The secret that a webhook had before, while it still signs. */
  webhookEarlierSecret: (id: WebhookId) => ["webhook_earlier_secret", id],
  /** That a webhook was removed whose deliveries are not cleared away yet. */
  webhookRemoved: (id: WebhookId) => ["webhook_removed", id],
  /** Up to where a log was looked through for alerts. */
  alertPlace: (source: string) => ["alert_place", source],
  webhookDelivery: (id: DeliveryId) => ["webhook_delivery", id],
  /** A webhook's deliveries by what became of them, in the order of time. */
  webhookDeliveryIn: (webhook: WebhookId, state: string, id: string) => [
    "webhook_delivery_in",
    webhook,
    state,
    id,
  ],
  /** When a delivery is to be attempted next. */
  webhookDue: (webhook: WebhookId, dueAt: string, id: DeliveryId) => [
    "webhook_due",
    webhook,
    dueAt,
    id,
  ],
  /** KvU64: how many deliveries of a webhook are pending. */
  webhookPending: (webhook: WebhookId) => ["webhook_pending", webhook],
  /** That too many calls of a server fail in a workspace, by a rule; until they do not. */
  errorAlarm: (rule: string, workspace: WorkspaceId, server: ServerId) => [
    "error_alarm",
    rule,
    workspace,
    server,
  ],

  /** How much of a limit was handed out for one minute. */
  quota: (scope: string, minute: number) => ["quota", scope, minute],
  /** Which processes hold the places of a limit on concurrent calls. */
  slots: (scope: string) => ["slots", scope],
  /** What is known of the definitions of a server's tools and prompts, all together. */
  pinHead: (server: ServerId) => ["pin_head", server],
  pin: (server: ServerId, pinKey: string) => ["pin", server, pinKey],
  /** A definition itself, by its hash. */
  definition: (server: ServerId, pinKey: string, hash: string) => [
    "definition",
    server,
    pinKey,
    hash,
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

  /** Which process does something that one alone should do. */
  lease: (name: string) => ["lease", name],

  /** Where the log is sent. */
  sink: (id: SinkId) => ["sink", id],
  /** KvU64: how often sinks were changed. */
  sinkEpoch: ["sink_epoch"],
  /** What became of what was sent there. */
  sinkState: (id: SinkId) => ["sink_state", id],
  /** From which commit on a sink gets the log; the last part is that commit's versionstamp. */
  sinkBegin: (id: SinkId, versionstamp: symbol | string) => ["sink_begin", id, versionstamp],
  /** Up to where a sink has a stream: the calls of a workspace, `audit` or `events`. */
  sinkCursor: (id: SinkId, stream: string) => ["sink_cursor", id, stream],

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
  allServerEras: ["server_eras"],
  allServerBreakers: ["server_breaker"],
  serverBreakers: (id: ServerId) => ["server_breaker", id],
  installs: (workspace: WorkspaceId) => ["install", workspace],
  installedIn: (server: ServerId) => ["installed_in", server],
  secrets: (server: ServerId) => ["secret", server],
  allSecrets: ["secret"],
  memberSecrets: (server: ServerId, secret?: SecretId) => {
    return secret === undefined ? ["member_secret", server] : ["member_secret", server, secret];
  },
  allMemberSecrets: ["member_secret"],
  ownSecrets: (member: string) => ["own_secret", member],
  memberSecretCounts: (server: ServerId) => ["member_secret_count", server],
  tokens: (workspace: WorkspaceId) => ["token", workspace],
  pinHeads: ["pin_head"],
  pins: (server: ServerId) => ["pin", server],
  definitions: (server: ServerId) => ["definition", server],
  tokensByEmail: ["token_by_email"],
  tokensOf: (email: string) => ["token_by_email", email],
  sessionStates: (memberId: string) => ["session_state", memberId],
  listenings: (memberId: string) => ["listening", memberId],
  adminTokens: ["admin_token"],
  adminSessions: ["admin_session"],
  keyChecks: ["key_check"],
  audit: ["audit"],
  ...callPrefixes,
  events: ["events"],
  webhooks: ["webhook"],
  webhookEarlierSecrets: ["webhook_earlier_secret"],
  webhooksRemoved: ["webhook_removed"],
  webhookDeliveriesIn: (webhook: WebhookId, ...state: [] | [string]) => {
    return ["webhook_delivery_in", webhook, ...state];
  },
  webhookDue: (webhook: WebhookId) => ["webhook_due", webhook],
  errorAlarms: ["error_alarm"],
  endedSessions: (workspace: WorkspaceId) => ["ended_session", workspace],
  sinks: ["sink"],
  sinkBegins: ["sink_begin"],
  sinkBegin: (id: SinkId) => ["sink_begin", id],
  allSinkCursors: ["sink_cursor"],
  sinkCursors: (id: SinkId) => ["sink_cursor", id],
  mail: (address: string) => ["mail", address],
} as const;
