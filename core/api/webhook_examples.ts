const AT = "2026-11-22T09:30:00.000Z";

const webhook = {
  id: "whk_0123456789abcdefghij",
  name: "On call",
  url: "https://alerts.example.com/aerostack",
  kinds: null,
  workspaces: ["engineering"],
  errorRule: { percent: 20, minCalls: 20, windowMinutes: 5 },
  disabled: null,
  secretVersion: 1,
  earlierSecretUntil: null,
  pending: 0,
  dead: 1,
  createdAt: AT,
  updatedAt: AT,
};

/** One that was given up. */
const delivery = {
  id: "dlv_0mi9xq8w00123456789a",
  webhook: { id: webhook.id, name: webhook.name },
  alertId: "msg_audit_120",
  type: "token.revoked" as const,
  state: "dead" as const,
  tries: 9,
  attempts: [{
    at: AT,
    durationMs: 84.2,
    status: 503,
    error: "answered HTTP 503",
    answer: "Down for maintenance",
  }],
  dueAt: null,
  reason: "9 attempts failed; the last: answered HTTP 503",
  createdAt: AT,
  payload: {
    type: "token.revoked",
    timestamp: AT,
    data: {
      reason: "revoked",
      person: "Alice Chen",
      workspace: { id: "ws_0123456789abcdefghij", slug: "engineering" },
      tokenIds: ["tok_0123456789abcdefghij"],
      count: 1,
      by: { name: "deploy script", kind: "token", via: "cli" },
    },
  },
};

/** Request bodies about webhooks, one of each kind. */
export const WEBHOOK_INPUTS = {
  RotationInput: { overlapHours: 48 },
  WebhookChange: { enabled: false },
  WebhookInput: {
    name: webhook.name,
    url: webhook.url,
    kinds: ["token.revoked" as const, "leak.detected" as const],
    workspaces: webhook.workspaces,
    errorRule: { percent: 10 },
  },
};

/** Answers about webhooks, one of each kind. */
export const WEBHOOK_OUTPUTS = {
  CreatedWebhook: { ...webhook, secret: "whsec_…, shown this once" },
  DeliveryList: { items: [delivery], nextCursor: null },
  DeliveryView: delivery,
  ResendReport: { resent: 3, hasMore: false },
  WebhookList: { items: [webhook], nextCursor: null },
  WebhookTestReport: {
    ok: true,
    status: 204,
    message: "The receiver took the message (HTTP 204).",
    durationMs: 84.2,
  },
  WebhookView: webhook,
};
