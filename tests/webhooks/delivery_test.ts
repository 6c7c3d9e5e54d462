import assert from "node:assert/strict";
import { Webhook as Verifier } from "standardwebhooks";
import { Deliverer } from "../../core/webhooks/deliverer.ts";
import { DeliveryStore } from "../../core/webhooks/delivery_store.ts";
import { pauseAfter, PAUSES_MS } from "../../core/webhooks/delivery.ts";
import { resendDead, resendDelivery } from "../../core/webhooks/resend_delivery.ts";
import { rotateWebhookSecret } from "../../core/webhooks/rotate_webhook_secret.ts";
import { removeWebhook } from "../../core/webhooks/remove_webhook.ts";
import { tryWebhook } from "../../core/webhooks/try_webhook.ts";
import { updateWebhook } from "../../core/webhooks/update_webhook.ts";
import { listDeliveries } from "../../core/webhooks/view_delivery.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { open, seal } from "../../core/secrets/seal.ts";
import { SealedRecordStore } from "../../core/secrets/sealed_record_store.ts";
import { DeliveryId, newWebhookId } from "../../core/ids.ts";
import { openWebhookSecret } from "../../core/webhooks/seal_webhook_secret.ts";
import { openWebhookSecrets } from "../../core/webhooks/open_webhook_secrets.ts";
import { AN_ADMIN, testKeyring } from "../_support/core.ts";
import { isSignedBy, startReceiver, taken } from "./_receiver.ts";
import { startWorld, type World } from "./_world.ts";

const PAGE = { limit: 100, cursor: null };
const failing = (status = 500, headers: HeadersInit = {}) => () =>
  new Response("not now", { status, headers });

async function deliveriesOf({ services }: World, state?: "pending" | "delivered" | "dead") {
  return (await listDeliveries(services, { state }, PAGE)).items;
}

Deno.test("a revocation arrives once, signed as the specification says, with nothing secret in it", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver();
  const { secret } = await world.add(receiver.url);

  await world.revokeOne();
  await world.send();
  await world.send();

  const [message] = receiver.got;
  assert.equal(receiver.got.length, 1);
  assert.ok(isSignedBy(secret, message));
  assert.match(message.id, /^msg_audit_\d+$/);
  assert.equal(message.timestampSeconds, Math.floor(world.core.now().getTime() / 1000));
  assert.equal(message.headers.get("content-type"), "application/json");
  const { type, timestamp, data } = message.json;
  assert.deepEqual([type, timestamp], ["token.revoked", world.core.now().toISOString()]);
  assert.deepEqual([data.reason, data.person, data.count], ["revoked", "Person 1", 1]);
  assert.doesNotMatch(message.text, /mwt_|hash|whsec/);
});

Deno.test("an attempt that fails is made again after longer and longer pauses, under the same id", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver((_, count) => count < 4 ? failing()() : taken());
  const { secret } = await world.add(receiver.url);
  await world.revokeOne();
  await world.send();

  for (const pauseMs of PAUSES_MS.slice(0, 3)) {
    const before = receiver.got.length;
    world.core.advance(pauseMs - 1);
    await world.send();
    assert.equal(receiver.got.length, before);
    world.core.advance(1);
    await world.send();
    assert.equal(receiver.got.length, before + 1);
  }

  const [first, , , last] = receiver.got;
  assert.equal(new Set(receiver.got.map(({ id }) => id)).size, 1);
  assert.equal(new Set(receiver.got.map(({ text }) => text)).size, 1);
  assert.ok(last.timestampSeconds > first.timestampSeconds);
  assert.ok(receiver.got.every((message) => isSignedBy(secret, message)));
  const [delivery] = await deliveriesOf(world);
  assert.deepEqual([delivery.state, delivery.tries], ["delivered", 4]);
  assert.deepEqual(delivery.attempts.map(({ status }) => status), [500, 500, 500, 204]);
  assert.equal(delivery.attempts[0].answer, "not now");
});

Deno.test("after the last attempt a delivery is given up, can be seen, and is made again on demand", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver(failing(503));
  await world.add(receiver.url);
  await world.revokeOne();
  await world.send();
  for (const pauseMs of PAUSES_MS) {
    world.core.advance(pauseMs);
    await world.send();
  }

  const [dead] = await deliveriesOf(world, "dead");
  assert.equal(receiver.got.length, PAUSES_MS.length + 1);
  assert.match(dead.reason ?? "", /^9 attempts failed; the last: answered HTTP 503$/);
  assert.deepEqual(await deliveriesOf(world, "pending"), []);

  receiver.answer = taken;
  await resendDelivery(world.services, AN_ADMIN, dead.id);
  await world.send();

  assert.equal(receiver.got.at(-1)?.id, receiver.got[0].id);
  assert.deepEqual((await deliveriesOf(world)).map(({ id, state }) => [id, state]), [
    [dead.id, "delivered"],
  ]);
  const { items: [entry] } = await world.core.audit.list({ limit: 1, cursor: null });
  assert.deepEqual([entry.action, entry.subject.delivery], ["webhook.resend", dead.id]);
});

Deno.test("all that was given up is made again at once", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver(failing(410));
  const { name } = await world.add(receiver.url);
  for (let times = 0; times < 3; times++) await world.leak(`SECRET_${times}`);
  await world.send();
  receiver.answer = taken;
  await updateWebhook(world.services, AN_ADMIN, name, { enabled: true });

  const report = await resendDead(world.services, AN_ADMIN, name);
  await world.send();

  assert.deepEqual(report, { resent: 3, hasMore: false });
  assert.equal((await deliveriesOf(world, "delivered")).length, 3);
  assert.equal(
    await world.services.deliveries.pending((await world.services.webhooks.list())[0].id),
    0,
  );
});

Deno.test("what was made is listed for 7 days, what was given up for 30", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver();
  await world.add(receiver.url);
  await world.leak("FIRST");
  await world.send();
  world.core.advance(1);
  receiver.answer = failing(410);
  await world.leak("SECOND");
  await world.send();
  const states = async () => (await deliveriesOf(world)).map(({ state }) => state);
  const DAY_MS = 24 * 60 * 60 * 1000;

  assert.deepEqual(await states(), ["dead", "delivered"]);
  world.core.advance(7 * DAY_MS - 1);
  assert.deepEqual(await states(), ["dead"]);
  world.core.advance(23 * DAY_MS + 1);
  assert.deepEqual(await states(), []);
});

Deno.test("a receiver puts off the next attempt by Retry-After, up to 12 hours, and not below its pause", () => {
  const HOUR_MS = 60 * 60 * 1000;

  assert.equal(pauseAfter(1, 0.5, 60_000), 60_000);
  assert.equal(pauseAfter(1, 0.5, 1_000), 5_000);
  assert.equal(pauseAfter(1, 0.5, 100 * HOUR_MS), 12 * HOUR_MS);
  assert.deepEqual([pauseAfter(1, 0), pauseAfter(1, 1)], [4_500, 5_500]);
  assert.equal(pauseAfter(PAUSES_MS.length + 1, 0.5, 60_000), null);
});

Deno.test("Retry-After is asked of the answer", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver(failing(429, { "retry-after": "90" }));
  await world.add(receiver.url);
  await world.leak();
  await world.send();

  world.core.advance(89_999);
  await world.send();
  assert.equal(receiver.got.length, 1);
  world.core.advance(1);
  await world.send();
  assert.equal(receiver.got.length, 2);
});

Deno.test("a redirect is a failure and not followed", async () => {
  await using world = await startWorld();
  await using elsewhere = startReceiver();
  await using receiver = startReceiver(() => Response.redirect(elsewhere.url, 307));
  await world.add(receiver.url);

  await world.leak();
  await world.send();

  assert.deepEqual([receiver.got.length, elsewhere.got.length], [1, 0]);
  const [{ attempts }] = await deliveriesOf(world, "pending");
  assert.match(attempts[0].error ?? "", /redirects \(HTTP 307\)/);
});

Deno.test("a receiver that is gone ends its webhook, by the gateway, and gets no more", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver(failing(410));
  const { id } = await world.add(receiver.url);
  await world.leak();
  await world.send();

  const webhook = await world.services.webhooks.get(id);
  assert.equal(webhook?.disabled?.reason, "gone");
  const { items: [entry] } = await world.core.audit.list({ limit: 1, cursor: null });
  assert.deepEqual([entry.action, entry.actor.kind], ["webhook.update", "gateway"]);

  await world.leak();
  await world.send();
  assert.equal(receiver.got.length, 1);
});

Deno.test("a receiver that hangs keeps no other one waiting", async () => {
  await using world = await startWorld({ timeoutMs: 60_000 });
  const released = Promise.withResolvers<Response>();
  const arrived = Promise.withResolvers<void>();
  await using hanging = startReceiver(() => released.promise);
  await using receiver = startReceiver(() => {
    if (receiver.got.length === 12) arrived.resolve();
    return taken();
  });
  await world.add(hanging.url, { name: "Hangs" });
  await world.add(receiver.url, { name: "Works" });
  for (let times = 0; times < 12; times++) await world.leak(`SECRET_${times}`);

  world.services.alerting.wake();
  await arrived.promise;

  const waiting = await deliveriesOf(world, "pending");
  const hung = waiting.filter(({ webhook }) => webhook.name === "Hangs");
  assert.deepEqual([hung.length, hung.every(({ tries }) => tries === 0)], [12, true]);
  assert.equal(hanging.got.length, 4);
  released.resolve(taken());
});

Deno.test("a receiver that hangs is left after its time, which is a failure", async () => {
  await using world = await startWorld({ timeoutMs: 100 });
  const released = Promise.withResolvers<Response>();
  await using receiver = startReceiver(() => released.promise);
  await world.add(receiver.url);

  await world.leak();
  await world.send();

  const [{ attempts: [{ status, error }] }] = await deliveriesOf(world, "pending");
  assert.deepEqual([status, error], [null, "no answer within 0.1 s"]);
  released.resolve(taken());
});

Deno.test("a private address is refused when a webhook is added, and again when it is sent to", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver();
  await world.add(receiver.url);
  await using strict = await startWorld({ beside: world, allowPrivate: false });

  for (const url of [receiver.url, "https://127.0.0.1/alerts", "https://inside.example.com/"]) {
    await assert.rejects(strict.add(url, { name: "Inside" }), { code: "invalid_input" }, url);
  }
  await world.leak();
  await strict.send();

  assert.equal(receiver.got.length, 0);
  const [{ attempts }] = await deliveriesOf(strict, "pending");
  assert.deepEqual([attempts[0].status, attempts.length], [null, 1]);
});

Deno.test("for as long as it is said both secrets sign, then the new one alone", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver();
  const { secret: old, name } = await world.add(receiver.url);
  const rotated = await rotateWebhookSecret(world.services, AN_ADMIN, name, { overlapHours: 1 });

  await world.leak();
  await world.send();
  world.core.advance(60 * 60 * 1000);
  await tryWebhook(world.services, name);
  await world.send();

  const [during, after] = receiver.got;
  assert.notEqual(rotated.secret, old);
  assert.deepEqual([isSignedBy(old, during), isSignedBy(rotated.secret, during)], [true, true]);
  assert.deepEqual([isSignedBy(old, after), isSignedBy(rotated.secret, after)], [false, true]);
  assert.equal(after.signatures.length, 1);
});

Deno.test("a sealed secret opens in its own place alone", async () => {
  await using world = await startWorld();
  const { keyring } = world.core;
  const { id: webhookId } = await world.add("http://127.0.0.1:9/");
  const [{ sealed }] = await world.services.webhooks.list();

  assert.ok(await openWebhookSecret(keyring, { webhookId, secretVersion: 1, sealed }));
  for (
    const place of [{ webhookId, secretVersion: 2 }, {
      webhookId: newWebhookId(),
      secretVersion: 1,
    }]
  ) {
    await assert.rejects(openWebhookSecret(keyring, { ...place, sealed }), { code: "internal" });
  }
});

Deno.test("another implementation of the specification accepts what is sent, and nothing that was changed", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver();
  const { secret, id } = await world.add(receiver.url);
  // It compares with the real time.
  world.core.advance(Date.now() - world.core.now().getTime());

  const report = await tryWebhook(world.services, id);

  const [{ text, headers, json }] = receiver.got;
  const verifier = new Verifier(secret);
  assert.deepEqual([report.ok, report.status], [true, 204]);
  assert.deepEqual(verifier.verify(text, Object.fromEntries(headers)), json);
  assert.equal(json.type, "webhook.test");
  assert.throws(() => verifier.verify(`${text} `, Object.fromEntries(headers)));
});

Deno.test("a test says what was wrong, and leaves nothing behind", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver(failing(500));
  const { name } = await world.add(receiver.url);

  const report = await tryWebhook(world.services, name);

  assert.deepEqual([report.ok, report.status], [false, 500]);
  assert.match(report.message, /answered HTTP 500/);
  assert.deepEqual(await deliveriesOf(world), []);
});

Deno.test("what a process had begun to send when it was killed, another sends under the same id", async () => {
  await using world = await startWorld({ timeoutMs: 60_000 });
  const released = Promise.withResolvers<Response>();
  const arrived = Promise.withResolvers<void>();
  await using receiver = startReceiver((_, count) => {
    if (count > 1) return taken();
    arrived.resolve();
    return released.promise;
  });
  await world.add(receiver.url);
  await world.leak();
  world.services.alerting.wake();
  await arrived.promise;
  await using other = await startWorld({ beside: world });

  await other.send();
  assert.equal(receiver.got.length, 1, "it has the lease for half a minute");
  world.core.advance(30_000);
  await other.send();

  const [first, second] = receiver.got;
  assert.deepEqual([receiver.got.length, second.id], [2, first.id]);
  assert.equal((await deliveriesOf(world, "delivered")).length, 1);
  released.resolve(taken());
});

Deno.test("a message that is taken is made, however long the rest of the answer is", async () => {
  await using world = await startWorld({ timeoutMs: 60_000 });
  await using receiver = startReceiver(() => new Response(new ReadableStream()));
  await world.add(receiver.url);

  await world.leak();
  await world.send();

  assert.equal((await deliveriesOf(world, "delivered")).length, 1);
});

Deno.test("an answer of 410 from an address that was replaced meanwhile ends nothing", async () => {
  await using world = await startWorld({ timeoutMs: 60_000 });
  const released = Promise.withResolvers<Response>();
  const arrived = Promise.withResolvers<void>();
  await using old = startReceiver(() => {
    arrived.resolve();
    return released.promise;
  });
  const { name, id } = await world.add(old.url);
  await world.leak();
  world.services.alerting.wake();
  await arrived.promise;

  await updateWebhook(world.services, AN_ADMIN, name, { url: "http://127.0.0.1:9/" });
  released.resolve(failing(410)());
  await world.services.alerting.settled();

  assert.equal((await world.services.webhooks.get(id))?.disabled, null);
});

Deno.test("nothing is sent again to a webhook that is disabled", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver(failing(410));
  const { name } = await world.add(receiver.url);
  await world.leak();
  await world.send();
  const [{ id }] = await deliveriesOf(world, "dead");

  await assert.rejects(resendDelivery(world.services, AN_ADMIN, id), /is disabled/);
  await assert.rejects(resendDead(world.services, AN_ADMIN, name), /is disabled/);
  assert.equal((await deliveriesOf(world, "dead")).length, 1);
});

Deno.test("a rotation of the master keys seals signing secrets again, and they sign as before", async () => {
  await using world = await startWorld();
  const { id, secret, name } = await world.add("http://127.0.0.1:9/");
  await rotateWebhookSecret(world.services, AN_ADMIN, name, { overlapHours: 1 });
  const { keyring, kv } = world.core;
  const next = testKeyring("next", "default");
  const sealed = new SealedRecordStore(kv);

  for await (const record of sealed.list()) {
    await sealed.renew(record, new Date(), async ({ context, sealed: old }) => {
      return await seal(next, context, await open(keyring, context, old) ?? "");
    });
  }

  const webhook = await world.services.webhooks.get(id);
  assert.ok(webhook !== null);
  assert.equal(webhook.sealed.keyId, "next");
  const secrets = await openWebhookSecrets({ ...world.services, keyring: next }, webhook);
  assert.deepEqual(secrets.map((one) => one.reveal() === secret), [false, true]);
});

Deno.test("a removed webhook's deliveries go with it, also those that wait", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver(failing());
  const { name, id } = await world.add(receiver.url);
  for (let times = 0; times < 5; times++) await world.leak(`SECRET_${times}`);
  await world.send();

  await removeWebhook(world.services, AN_ADMIN, name);
  world.core.advance(60_000);
  await world.send();

  assert.equal(receiver.got.length, 5);
  const left = await Array.fromAsync(world.core.kv.list({ prefix: [] }));
  const about = left.filter(({ key, value }) => {
    return key[0] !== "audit" &&
      (key.includes(id) || JSON.stringify(value ?? "", big).includes(id));
  });
  assert.deepEqual(about, []);
});

Deno.test("an attempt that was put off after the list of due ones was read is not made too early", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver(failing());
  await world.add(receiver.url);
  await world.leak();
  await world.send();
  const [{ id }] = await deliveriesOf(world, "pending");
  class LateList extends DeliveryStore {
    override due = () => Promise.resolve({ ids: [DeliveryId.parse(id)], nextAt: null });
  }
  const deliveries = new LateList(world.core.kv, world.services);
  const deliverer = new Deliverer({ ...world.services, deliveries, ended() {} });

  await deliverer.begin(await world.services.webhooks.list());
  await deliverer.settled();
  assert.equal(receiver.got.length, 1);
  world.core.advance(PAUSES_MS[0]);
  await deliverer.begin(await world.services.webhooks.list());
  await deliverer.settled();

  assert.equal(receiver.got.length, 2);
});

Deno.test("what waits for a webhook that is disabled is given up, and what comes then is not sent later", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver(failing());
  const { name } = await world.add(receiver.url);
  await world.leak("BEFORE");
  await world.send();
  await updateWebhook(world.services, AN_ADMIN, name, { enabled: false });
  await world.leak("MEANWHILE");
  await world.send();

  const [dead] = await deliveriesOf(world, "dead");
  assert.equal(dead.reason, "the webhook was disabled");

  receiver.answer = taken;
  await updateWebhook(world.services, AN_ADMIN, name, { enabled: true });
  await world.leak("AFTER");
  await world.send();
  const secrets = receiver.got.map(({ json }) => json.data.secret);
  assert.deepEqual(secrets, ["BEFORE", "AFTER"]);
});

Deno.test("a webhook gets the kinds and workspaces that it wants, and nothing from before it was added", async () => {
  await using world = await startWorld();
  await using all = startReceiver();
  await using some = startReceiver();
  await createWorkspace(world.core, AN_ADMIN, { slug: "sales" });
  await world.revokeOne();
  await world.leak();
  await world.add(all.url, { name: "All" });
  await world.revokeOne("sales");
  const only = { kinds: ["token.revoked" as const], workspaces: ["sales"] };
  await world.add(some.url, { name: "Some", ...only });

  await world.revokeOne("engineering");
  await world.revokeOne("sales");
  await world.leak();
  await world.send();

  const slugs = some.got.map(({ json }) => json.data.workspace.slug);
  assert.deepEqual(slugs, ["sales"]);
  assert.deepEqual(all.got.map(({ json }) => json.type).sort(), [
    "leak.detected",
    "token.revoked",
    "token.revoked",
    "token.revoked",
  ]);
});

Deno.test("what a receiver answers is kept in 200 characters, without the secret", async () => {
  await using world = await startWorld();
  let secret = "";
  await using receiver = startReceiver(() =>
    new Response(`${secret} ${"long ".repeat(10_000)}`, { status: 500 })
  );
  ({ secret } = await world.add(receiver.url));

  await world.leak();
  await world.send();

  const [{ attempts: [{ answer }] }] = await deliveriesOf(world);
  assert.equal(answer?.length, 200);
  assert.match(answer ?? "", /^\[redacted\] long/);
});

function big(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
