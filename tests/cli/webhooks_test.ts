import assert from "node:assert/strict";
import { CALL, listOf } from "./_answers.ts";
import { aerostack } from "./_command.ts";
import { startStub, type StubAnswers } from "./_stub_gateway.ts";

const WEBHOOK = {
  id: "whk_0123456789abcdefghij",
  name: "On call",
  url: "https://alerts.example.com/in?…",
  kinds: ["leak.detected"],
  workspaces: null,
  errorRule: { percent: 20, minCalls: 20, windowMinutes: 5 },
  disabled: null,
  secretVersion: 2,
  earlierSecretUntil: "2026-11-23T09:30:00.000Z",
  pending: 3,
  dead: 100,
  createdAt: CALL.at,
  updatedAt: CALL.at,
};

const DELIVERY = {
  id: "dlv_0123456789abcdefghij",
  webhook: { id: WEBHOOK.id, name: WEBHOOK.name },
  alertId: "msg_audit_1",
  type: "leak.detected",
  state: "dead",
  tries: 9,
  attempts: [],
  dueAt: null,
  reason: "9 attempts failed; the last: answered HTTP 503",
  createdAt: CALL.at,
  payload: {},
};

async function run(answers: StubAnswers, ...args: string[]) {
  await using stub = startStub(answers);
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };
  return { ...await aerostack(["webhook", ...args], { env }), seen: stub.seen };
}

Deno.test("webhook add sends what was said, and prints the secret once", async () => {
  const secret = "whsec_c2VjcmV0";
  const { code, out, seen } = await run(
    { "POST /webhooks": { status: 201, body: { ...WEBHOOK, secret } } },
    ...["add", "--name", "On call", "--url", "https://alerts.example.com/in"],
    ...["--kinds", "leak.detected, token.revoked", "--workspaces", "all", "--error-percent", "5"],
  );

  assert.equal(code, 0);
  assert.deepEqual(seen[0].body, {
    name: "On call",
    url: "https://alerts.example.com/in",
    kinds: ["leak.detected", "token.revoked"],
    workspaces: null,
    errorRule: { percent: 5 },
  });
  assert.match(out, new RegExp(`\n  ${secret}\n`));
  assert.match(out, /will not be shown again/);
});

Deno.test("webhook list and show print what is sent where", async () => {
  const list = await run({ "GET /webhooks": { body: listOf(WEBHOOK) } }, "list");
  const show = await run({ "GET /webhooks/On%20call": { body: WEBHOOK } }, "show", "On call");

  assert.match(list.out, /On call +enabled +https:\S+ +leak\.detected +all +3 +100 or more\n/);
  assert.match(show.out, /Error rate +20 % of at least 20 calls in 5 min\n/);
  assert.match(show.out, /Secret +version 2; the one before signs until 2026-11-23/);
});

Deno.test("webhook update sends the change, and wants one", async () => {
  const answers = { "PATCH /webhooks/On%20call": { body: WEBHOOK } };

  const disabled = await run(answers, "update", "On call", "--disable", "--kinds", "all");
  const nothing = await run({}, "update", "On call");
  const both = await run({}, "update", "On call", "--enable", "--disable");

  assert.deepEqual(disabled.seen[0].body, { kinds: null, enabled: false });
  assert.deepEqual([nothing.code, both.code], [2, 2]);
  assert.match(nothing.err, /Nothing to change/);
  assert.match(both.err, /keep one of them/);
});

Deno.test("webhook test exits 1 when the receiver did not take the message", async () => {
  const report = {
    ok: false,
    status: 500,
    message: "The receiver did not: HTTP 500",
    durationMs: 1,
  };
  const answers = { "POST /webhooks/On%20call/test": { body: report } };

  const words = await run(answers, "test", "On call");
  const json = await run(answers, "test", "On call", "--json");

  assert.deepEqual([words.code, json.code], [1, 1]);
  assert.equal(words.err, `error: ${report.message}\n`);
  assert.deepEqual(JSON.parse(json.out), report);
});

Deno.test("webhook rotate-secret prints the new secret, and until when the other one signs", async () => {
  const body = { ...WEBHOOK, secret: "whsec_bmV3" };
  const { out, seen } = await run(
    { "POST /webhooks/On%20call/rotate-secret": { body } },
    ...["rotate-secret", "On call", "--overlap-hours", "48"],
  );

  assert.deepEqual(seen[0].body, { overlapHours: 48 });
  assert.match(out, /whsec_bmV3[^]*signs, too, until 2026-11-23/);
});

Deno.test("webhook deliveries prints what became of each", async () => {
  const waiting = {
    ...DELIVERY,
    id: "dlv_1123456789abcdefghij",
    state: "pending",
    tries: 1,
    reason: null,
    dueAt: new Date(Date.now() + 3_600_000).toISOString(),
    attempts: [{ at: CALL.at, durationMs: 1, status: null, error: "no answer", answer: null }],
  };
  const { out, seen } = await run(
    { "GET /webhook-deliveries": { body: listOf(DELIVERY, waiting) } },
    ...["deliveries", "--webhook", "On call", "--state", "dead", "--limit", "7"],
  );

  assert.equal(seen[0].path, "/webhook-deliveries?webhook=On+call&state=dead&limit=7");
  assert.match(out, /dlv_0\S+ +.* On call +leak\.detected +dead +9 +9 attempts failed/);
  assert.match(out, /pending +1 +no answer; again in \d+ (min|h)/);
});

Deno.test("webhook resend sends one again, or all that was given up, of every webhook", async () => {
  const path = `/webhook-deliveries/${DELIVERY.id}/resend`;
  const other = { ...WEBHOOK, id: "whk_1123456789abcdefghij", name: "Other" };
  const answers = {
    [`POST ${path}`]: { body: DELIVERY },
    "GET /webhooks": { body: listOf(WEBHOOK, other) },
    [`POST /webhooks/${WEBHOOK.id}/resend`]: { body: { resent: 2, hasMore: false } },
    [`POST /webhooks/${other.id}/resend`]: { body: { resent: 1, hasMore: false } },
  };

  const one = await run(answers, "resend", DELIVERY.id);
  const all = await run(answers, "resend", "--all-dead");
  const neither = await run(answers, "resend");
  const both = await run(answers, "resend", DELIVERY.id, "--all-dead");

  assert.deepEqual([one.code, one.seen[0].path], [0, path]);
  assert.match(all.out, /3 deliveries are sent again/);
  assert.deepEqual([neither.code, both.code], [2, 2]);
});

Deno.test("what was given up is sent again also beside a webhook that is disabled", async () => {
  const disabled = { at: WEBHOOK.createdAt, reason: "gone" };
  const off = { ...WEBHOOK, id: "whk_abcdefghij0123456789", name: "Gone", dead: 4, disabled };
  const answers = {
    "GET /webhooks": { body: { items: [off, WEBHOOK], nextCursor: null } },
    [`POST /webhooks/${WEBHOOK.id}/resend`]: { body: { resent: 2, hasMore: false } },
  };

  const { code, out } = await run(answers, "resend", "--all-dead");

  assert.equal(code, 0);
  assert.match(out, /2 deliveries are sent again. Not those of Gone, disabled: enable it first/);
});

Deno.test("a webhook whose workspaces are all gone is said to have none", async () => {
  const left = { ...WEBHOOK, workspaces: [] };

  const { out } = await run({ "GET /webhooks/On%20call": { body: left } }, "show", "On call");

  assert.match(out, /Workspaces\s+none that is left/);
});
