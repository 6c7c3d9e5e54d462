import assert from "node:assert/strict";
import { createAdminToken } from "../../core/admins/create_admin_token.ts";
import { newDelivery } from "../../core/webhooks/delivery.ts";
import { type AdminApi, adminApi } from "../_support/admin_api.ts";
import { AN_ADMIN, someWorkspace } from "../_support/core.ts";

const URL_TEXT = "https://other.example.com/alerts";

function add(api: AdminApi, more: Record<string, unknown> = {}) {
  return api.send("POST", "/webhooks", { name: "On call", url: URL_TEXT, ...more });
}

Deno.test("POST /webhooks shows the secret once, and nothing does later", async () => {
  await using api = await adminApi();

  const created = await add(api, { url: `${URL_TEXT}?key=hidden-in-the-query` });
  const texts = await Promise.all(
    ["/webhooks", "/webhooks/On%20call", "/audit"].map((path) => api.send("GET", path)),
  );

  assert.equal(created.status, 201);
  assert.match(created.body.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.equal(created.body.url, `${URL_TEXT}?…`);
  assert.deepEqual(created.body.errorRule, { percent: 20, minCalls: 20, windowMinutes: 5 });
  for (const { status, text } of texts) {
    assert.equal(status, 200);
    assert.doesNotMatch(text, /whsec_|hidden-in-the-query|ciphertext/);
  }
});

Deno.test("POST /webhooks names what is wrong", async () => {
  await using api = await adminApi();
  const refusals: [Record<string, unknown>, number, RegExp][] = [
    [{ name: "" }, 400, /"name" is "", which must have 1 to 100/],
    [{ url: "http://other.example.com/" }, 400, /not https/],
    [{ url: "https://127.0.0.1/" }, 400, /not a public address/],
    [{ url: "https://rebound.example.com/" }, 400, /leads to 10\.0\.0\.7/],
    [{ url: "https://u:p@other.example.com/" }, 400, /user name or password/],
    [{ kinds: ["token.created"] }, 400, /must be one of token\.revoked/],
    [{ kinds: [] }, 400, /"kinds" must be one or more/],
    [{ workspaces: ["nowhere"] }, 404, /no workspace "nowhere"/],
    [{ errorRule: { percent: 0 } }, 400, /"errorRule.percent" is "0", which must be 1 to 100/],
    [{ errorRule: { windowMinutes: 61 } }, 400, /must be 1 to 60 minutes/],
    [{ secret: "mine" }, 400, /no field "secret"/],
  ];
  for (const [more, status, says] of refusals) {
    const answer = await add(api, more);
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.body.error.message, says);
  }

  assert.equal((await add(api)).status, 201);
  assert.match((await add(api)).body.error.message, /"On call" exists already/);
});

Deno.test("a gateway keeps 20 webhooks", async () => {
  await using api = await adminApi();
  for (let at = 0; at < 20; at++) await add(api, { name: `Webhook ${at}` });

  const { status, body } = await add(api, { name: "One more" });

  assert.equal(status, 422);
  assert.match(body.error.message, /There are 20 webhooks/);
});

Deno.test("PATCH /webhooks/{webhook} changes what is given, by id or name, and the rest stays", async () => {
  await using api = await adminApi();
  await someWorkspace(api.core);
  const { body: { id } } = await add(api, { kinds: ["leak.detected"], errorRule: { percent: 5 } });

  const change = { workspaces: ["engineering"], errorRule: { minCalls: 7 }, enabled: false };
  const changed = await api.send("PATCH", `/webhooks/${id}`, change);
  const back = await api.send("PATCH", "/webhooks/On%20call", { kinds: null, enabled: true });

  assert.deepEqual(changed.body.workspaces, ["engineering"]);
  assert.deepEqual(changed.body.kinds, ["leak.detected"]);
  assert.deepEqual(changed.body.errorRule, { percent: 5, minCalls: 7, windowMinutes: 5 });
  assert.equal(changed.body.disabled.reason, "admin");
  assert.deepEqual([back.body.kinds, back.body.disabled], [null, null]);
});

Deno.test("what is not there is 404 for every operation", async () => {
  await using api = await adminApi();
  const requests = [
    ["GET", "/webhooks/nope"],
    ["PATCH", "/webhooks/nope", { name: "x" }],
    ["DELETE", "/webhooks/nope"],
    ["POST", "/webhooks/nope/test"],
    ["POST", "/webhooks/nope/rotate-secret", {}],
    ["POST", "/webhooks/nope/resend"],
    ["GET", "/webhook-deliveries?webhook=nope"],
    ["GET", "/webhook-deliveries/nope"],
    ["POST", "/webhook-deliveries/dlv_0123456789abcdefghij/resend"],
  ] as const;

  for (const [method, path, body] of requests) {
    const answer = await api.send(method, path, body);
    assert.equal(answer.status, 404, `${method} ${path}`);
    assert.match(answer.body.error.message, /There is no (webhook|delivery) "/);
  }
});

Deno.test("GET /webhook-deliveries gives pages by webhook and state, newest first", async () => {
  await using api = await adminApi();
  const { services, core } = api;
  await add(api, { name: "One" });
  await add(api, { name: "Two" });
  const webhooks = await services.webhooks.list();
  for (let at = 0; at < 5; at++) {
    core.advance(1);
    const sent = { alertId: `msg_${at}`, type: "leak.detected" as const, body: '{"n":1}' };
    const deliveries = webhooks.map((webhook) => newDelivery(webhook, sent, core.now()));
    let isQueued = false;
    // The dispatcher, which was woken by the new webhooks, may move the place in between.
    while (!isQueued) {
      const { commit } = await services.alertQueue.view("audit");
      isQueued = await commit(`${at}`, deliveries);
    }
  }

  const seen: string[] = [];
  for (let cursor: string | null = "";;) {
    const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const { body } = await api.send("GET", `/webhook-deliveries?webhook=One&limit=2${query}`);
    seen.push(...body.items.map(({ alertId }: { alertId: string }) => alertId));
    cursor = body.nextCursor;
    if (cursor === null) break;
  }
  const { body: dead } = await api.send("GET", "/webhook-deliveries?state=dead");
  const { body: all } = await api.send("GET", "/webhook-deliveries?state=pending");
  const wrong = await api.send("GET", "/webhook-deliveries?state=lost");

  assert.deepEqual(seen, ["msg_4", "msg_3", "msg_2", "msg_1", "msg_0"]);
  assert.deepEqual(dead.items, []);
  assert.equal(all.items.length, 10);
  assert.deepEqual(all.items[0].payload, { n: 1 });
  assert.match(wrong.body.error.message, /"state" is "lost", which must be one of pending/);
});

Deno.test("a viewer sees webhooks and deliveries, and changes none of them", async () => {
  await using api = await adminApi();
  await add(api);
  const { token } = await createAdminToken(api.services, AN_ADMIN, {
    name: "Carol Diaz",
    role: "viewer",
  });
  const headers = { authorization: `Bearer ${token}` };
  const ask = (method: string, path: string, body?: unknown) => {
    return api.send(method, path, body, headers);
  };

  assert.equal((await ask("GET", "/webhooks")).status, 200);
  assert.equal((await ask("GET", "/webhook-deliveries")).status, 200);
  assert.equal((await ask("POST", "/webhooks/On%20call/test")).status, 403);
  assert.equal((await ask("POST", "/webhooks/On%20call/rotate-secret", {})).status, 403);
});
