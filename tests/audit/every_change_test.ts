import assert from "node:assert/strict";
import { createAdminToken } from "../../core/admins/create_admin_token.ts";
import { OPERATIONS } from "../../core/api/operations.ts";
import { keepArguments } from "../../core/arguments/change_argument_logging.ts";
import { verifyAudit } from "../../core/audit/verify_audit.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { disableServer } from "../../core/servers/disable_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { disableWorkspace } from "../../core/workspaces/disable_workspace.ts";
import { newDelivery } from "../../core/webhooks/delivery.ts";
import { createWebhook } from "../../core/webhooks/create_webhook.ts";
import { settled } from "../../core/webhooks/delivery.ts";
import { DeliveryId } from "../../core/ids.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { type AdminApi, adminApi } from "../_support/admin_api.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { AN_ADMIN, someServer, someWorkspace, START } from "../_support/core.ts";
import { addSink } from "../../core/sinks/add_sink.ts";

/** What a test has done before it sends its request. */
interface Prepared {
  api: AdminApi;
  tokenId: string;
  adminTokenId: string;
  sinkId: string;
}

/** A request that changes something, and the action of its entry. */
interface Change {
  path: string;
  body?: unknown;
  action: string;
  before?(prepared: Prepared): Promise<unknown>;
}

const SECRET_VALUE = "a-value-that-is-in-no-entry";
const EMAIL = "alice@example.com";
const RECEIVER = "https://other.example.com/alerts";
const DELIVERY = "dlv_0123456789abcdefghij";
const URL_TEXT = "https://mcp.example.com/sse";

/** Operations that change nothing though they are no GET, with the reason. */
const CHANGES_NOTHING: Record<string, string> = {
  "POST /webhooks/{webhook}/test": "it sends a message, and stores nothing",
  "POST /servers/{slug}/test": "it connects, and stores nothing that somebody configured",
  "POST /sinks/{sink}/test": "it sends, and stores nothing that somebody configured",
};

/** Changes that members make of what is their own, and where their entries are tested. */
const BY_MEMBERS: Record<string, string> = {
  "PUT /me/secrets/{server}/{name}": "tests/api/me_api_test.ts",
  "DELETE /me/secrets/{server}/{name}": "tests/api/me_api_test.ts",
};

/** A change by each operation that is no GET; an operation that is in neither table fails. */
const CHANGES: Record<string, (prepared: Prepared) => Change> = {
  "POST /servers": () => ({
    path: "/servers",
    body: { slug: "fresh", name: "Fresh", url: URL_TEXT },
    action: "server.register",
  }),
  "PATCH /servers/{slug}": () => ({
    path: "/servers/internal-api",
    body: { name: "Another name" },
    action: "server.update",
  }),
  "DELETE /servers/{slug}": () => ({
    path: "/servers/internal-api?force=true",
    action: "server.remove",
  }),
  "POST /servers/{slug}/disable": () => ({
    path: "/servers/internal-api/disable",
    action: "server.disable",
  }),
  "POST /servers/{slug}/enable": () => ({
    path: "/servers/internal-api/enable",
    action: "server.enable",
    before: ({ api }) => disableServer(api.services, AN_ADMIN, "internal-api", "admin"),
  }),
  "POST /servers/{slug}/changes": () => ({
    path: "/servers/internal-api/changes",
    body: { approve: ["search"], dismiss: [] },
    action: "definition.review",
    before: ({ api }) => waitingDefinition(api),
  }),
  "PUT /servers/{slug}/secrets/{name}": () => ({
    path: "/servers/internal-api/secrets/KEY",
    body: { value: SECRET_VALUE },
    action: "secret.set",
  }),
  "PATCH /servers/{slug}/secrets/{name}": () => ({
    path: "/servers/internal-api/secrets/KEY",
    body: { rules: [{ kind: "query", name: "key" }] },
    action: "secret.inject",
  }),
  "DELETE /servers/{slug}/secrets/{name}": () => ({
    path: "/servers/internal-api/secrets/KEY?force=true",
    action: "secret.remove",
  }),
  "POST /workspaces": () => ({
    path: "/workspaces",
    body: { slug: "fresh" },
    action: "workspace.create",
  }),
  "PATCH /workspaces/{slug}": () => ({
    path: "/workspaces/engineering",
    body: { name: "Another name" },
    action: "workspace.update",
  }),
  "DELETE /workspaces/{slug}": () => ({
    path: "/workspaces/engineering?force=true",
    action: "workspace.remove",
  }),
  "POST /workspaces/{slug}/analytics/rebuild": () => ({
    path: "/workspaces/engineering/analytics/rebuild",
    body: { repair: false },
    action: "analytics.rebuild",
  }),
  "POST /workspaces/{slug}/disable": () => ({
    path: "/workspaces/engineering/disable",
    action: "workspace.disable",
  }),
  "POST /workspaces/{slug}/enable": () => ({
    path: "/workspaces/engineering/enable",
    action: "workspace.enable",
    before: ({ api }) => disableWorkspace(api.services, AN_ADMIN, "engineering"),
  }),
  "PUT /workspaces/{slug}/argument-logging": () => ({
    path: "/workspaces/engineering/argument-logging",
    body: { redact: ["*.email"] },
    action: "arguments.keep",
  }),
  "DELETE /workspaces/{slug}/argument-logging": () => ({
    path: "/workspaces/engineering/argument-logging",
    action: "arguments.stop",
    before: ({ api }) => keepArguments(api.services, AN_ADMIN, "engineering", {}),
  }),
  "DELETE /workspaces/{slug}/arguments": () => ({
    path: "/workspaces/engineering/arguments",
    action: "arguments.purge",
    before: ({ api }) => keepArguments(api.services, AN_ADMIN, "engineering", {}),
  }),
  "PUT /workspaces/{slug}/servers/{server}": () => ({
    path: "/workspaces/engineering/servers/internal-api",
    body: { policy: { deny: ["drop_*"] } },
    action: "install.update",
  }),
  "DELETE /workspaces/{slug}/servers/{server}": () => ({
    path: "/workspaces/engineering/servers/internal-api",
    action: "install.remove",
  }),
  "POST /workspaces/{slug}/tokens": () => ({
    path: "/workspaces/engineering/tokens",
    body: { name: "Bob Lee" },
    action: "token.create",
  }),
  "PATCH /workspaces/{slug}/tokens/{token}": ({ tokenId }) => ({
    path: `/workspaces/engineering/tokens/${tokenId}`,
    body: { policy: { deny: ["internal-api__drop_*"] } },
    action: "token.update",
  }),
  "DELETE /workspaces/{slug}/tokens/{token}": ({ tokenId }) => ({
    path: `/workspaces/engineering/tokens/${tokenId}`,
    action: "token.revoke",
  }),
  "POST /members/{email}/offboard": () => ({
    path: `/members/${encodeURIComponent(EMAIL)}/offboard`,
    action: "member.offboard",
  }),
  "POST /admin-tokens": () => ({
    path: "/admin-tokens",
    body: { name: "deploy", role: "viewer" },
    action: "admin_token.create",
  }),
  "POST /keys/rotation": () => ({
    path: "/keys/rotation",
    action: "keys.rotate",
    before: async ({ api: { services } }) => {
      for (const keyId of ["earlier", services.keyring.primaryId]) {
        await services.keyChecks.choose({ keyId, nonce: "", ciphertext: "" });
      }
    },
  }),
  "POST /sinks": () => ({
    path: "/sinks",
    body: {
      name: "SIEM",
      kind: "jsonl",
      url: "https://other.example.com/log",
      headers: { Authorization: SECRET_VALUE },
    },
    action: "sink.add",
  }),
  "PATCH /sinks/{sink}": ({ sinkId }) => ({
    path: `/sinks/${sinkId}`,
    body: { headers: { Authorization: SECRET_VALUE } },
    action: "sink.update",
  }),
  "DELETE /sinks/{sink}": ({ sinkId }) => ({ path: `/sinks/${sinkId}`, action: "sink.remove" }),
  "POST /webhooks": () => ({
    path: "/webhooks",
    body: { name: "On call", url: RECEIVER },
    action: "webhook.add",
  }),
  "PATCH /webhooks/{webhook}": () => ({
    path: "/webhooks/on-call",
    body: { url: `${RECEIVER}?key=${SECRET_VALUE}` },
    action: "webhook.update",
    before: ({ api }) => someWebhook(api),
  }),
  "DELETE /webhooks/{webhook}": () => ({
    path: "/webhooks/on-call",
    action: "webhook.remove",
    before: ({ api }) => someWebhook(api),
  }),
  "POST /webhooks/{webhook}/rotate-secret": () => ({
    path: "/webhooks/on-call/rotate-secret",
    action: "webhook.rotate_secret",
    before: ({ api }) => someWebhook(api),
  }),
  "POST /webhooks/{webhook}/resend": () => ({
    path: "/webhooks/on-call/resend",
    action: "webhook.resend",
    before: ({ api }) => deadDelivery(api),
  }),
  "POST /webhook-deliveries/{id}/resend": () => ({
    path: `/webhook-deliveries/${DELIVERY}/resend`,
    action: "webhook.resend",
    before: ({ api }) => deadDelivery(api),
  }),
  "DELETE /admin-tokens/{id}": ({ adminTokenId }) => ({
    path: `/admin-tokens/${adminTokenId}`,
    action: "admin_token.remove",
  }),
};

async function prepare(api: AdminApi): Promise<Prepared> {
  const { services, core } = api;
  await someServer(core);
  await someWorkspace(core);
  await setSecret(services, AN_ADMIN, "internal-api", "KEY", { value: "an-earlier-value" });
  await installServer(services, AN_ADMIN, { server: "internal-api", workspace: "engineering" });
  const { id } = await createToken(services, AN_ADMIN, "engineering", {
    name: "Alice Chen",
    email: EMAIL,
  });
  const adminToken = await createAdminToken(services, AN_ADMIN, { name: "old" });
  const sink = await addSink(services, AN_ADMIN, {
    name: "Old",
    kind: "otlp",
    url: "https://other.example.com/v1/logs",
    headers: { Authorization: "an-earlier-value" },
    enabled: false,
  });
  await services.sinkSender.settled();
  return { api, tokenId: id, adminTokenId: adminToken.id, sinkId: sink.id };
}

/** Has one tool of the server wait for an admin. */
async function waitingDefinition({ services }: AdminApi): Promise<void> {
  const server = await services.servers.findBySlug("internal-api");
  assert.ok(server !== null);
  const waiting = [{ change: "added" as const, hash: "a".repeat(64), seenAt: START.toISOString() }];
  await services.pins.record(server.id, null, () =>
    Promise.resolve({
      pins: [{ kind: "tool", name: "search", approved: [], waiting }],
      definitions: [],
      begun: ["tool"],
      events: [],
      outdatesLists: false,
    }));
}

function someWebhook({ services }: AdminApi) {
  return createWebhook(services, AN_ADMIN, { name: "on-call", url: RECEIVER });
}

/** Has a delivery of a webhook lie among those that were given up. */
async function deadDelivery(api: AdminApi): Promise<void> {
  const { services } = api;
  await someWebhook(api);
  // Whoever looks for alerts moves the place that the next commit checks.
  await services.alerting.settled();
  const [webhook] = await services.webhooks.list();
  const sent = { alertId: "msg_audit_1", type: "token.revoked" as const, body: "{}" };
  const delivery = { ...newDelivery(webhook, sent, START), id: DeliveryId.parse(DELIVERY) };
  const { commit } = await services.alertQueue.view("audit");
  assert.ok(await commit("0000000000000001", [delivery]));
  const gone = { reason: "for this test", now: services.now() };
  await services.deliveries.change(delivery.id, (one) => settled(one, "dead", gone));
}

async function newest(services: Pick<AdminApi["services"], "audit">) {
  const { items } = await services.audit.list({ limit: 1, cursor: null });
  return items[0];
}

Deno.test("every operation that is no GET is known to change something, or not to", () => {
  const operations = OPERATIONS.filter(({ method }) => method !== "GET")
    .map(({ method, path }) => `${method} ${path}`);
  const known = [CHANGES, CHANGES_NOTHING, BY_MEMBERS].flatMap((table) => Object.keys(table));

  assert.deepEqual(operations.toSorted(), known.toSorted());
});

for (const [operation, change] of Object.entries(CHANGES)) {
  Deno.test(`${operation} has one entry: who did it, by which way, to what, and nothing secret`, async () => {
    await using api = await adminApi();
    const prepared = await prepare(api);
    const { token, id } = await createAdminToken(api.services, AN_ADMIN, {
      name: "Carol Diaz",
      role: "owner",
    });
    const { path, body, action, before } = change(prepared);
    await before?.(prepared);
    const { seq } = await newest(api.services);

    const [method] = operation.split(" ");
    const headers = { authorization: `Bearer ${token}`, "x-aerostack-client": "cli/0.1.0" };
    const { status, text } = await api.send(method, path, body, headers);

    assert.ok(status < 300, `${status} ${text}`);
    const entry = await newest(api.services);
    assert.equal(entry.seq, seq + 1);
    assert.equal(entry.action, action);
    assert.deepEqual(entry.actor, { kind: "token", id, name: "Carol Diaz", via: "cli" });
    assert.ok(Object.keys(entry.subject).length > 0);
    assert.equal((await verifyAudit(api.services.audit)).problem, null);
    const { token: made } = JSON.parse(text || "{}");
    for (const secret of [SECRET_VALUE, "an-earlier-value", token, made ?? token]) {
      assert.ok(!JSON.stringify(entry).includes(secret));
    }
  });

  Deno.test(`${operation} changes nothing, and has no entry, for a viewer`, async () => {
    await using api = await adminApi();
    const prepared = await prepare(api);
    const { token } = await createAdminToken(api.services, AN_ADMIN, {
      name: "Carol Diaz",
      role: "viewer",
    });
    const { path, body, before } = change(prepared);
    await before?.(prepared);
    // What was done until here may be an alert.
    await api.services.alerting.settled();
    const stored = () => Array.fromAsync(api.core.kv.list({ prefix: [] }));
    const earlier = await stored();

    const headers = { authorization: `Bearer ${token}` };
    const { status } = await api.send(operation.split(" ")[0], path, body, headers);

    assert.equal(status, 403);
    assert.deepEqual(await stored(), earlier);
  });
}

Deno.test("what is done on pages has its entry: links, sign-ins, tokens, sign-outs", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  await send(app, "/settings/tokens", cookie, { intent: "make", name: "My laptop", days: "30" });
  await send(app, "/auth/sign-out", cookie);

  const { items } = await app.services.audit.list({ limit: 10, cursor: null });

  const done = items.reverse();
  assert.deepEqual(done.map(({ action }) => action), [
    "sign_in_link.make",
    "session.begin",
    "admin_token.create",
    "session.end",
  ]);
  const session = done[1].subject.session;
  assert.match(session, /^ses_/);
  for (const { actor } of done.slice(1)) {
    assert.deepEqual(actor, { kind: "session", id: session, name: "admin", via: "page" });
  }
});

Deno.test("a request that does not say it comes from the command line came by the API", async () => {
  await using api = await adminApi();

  await api.send("POST", "/workspaces", { slug: "fresh" });

  assert.equal((await newest(api.services)).actor.via, "api");
});

async function send(
  app: RunningApp,
  path: string,
  cookie: string,
  fields: Record<string, string> = {},
): Promise<void> {
  const response = await app.submit(path, { cookie, fields });
  await response.body?.cancel();
}
