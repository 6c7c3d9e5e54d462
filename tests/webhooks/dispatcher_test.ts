import assert from "node:assert/strict";
import { AN_ADMIN } from "../_support/core.ts";
import { offboardMember } from "../../core/members/offboard_member.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { MAX_PENDING } from "../../core/webhooks/delivery_store.ts";
import { newDelivery } from "../../core/webhooks/delivery.ts";
import { removeWebhook } from "../../core/webhooks/remove_webhook.ts";
import { startReceiver } from "./_receiver.ts";
import { leakOf, startWorld, type World } from "./_world.ts";

const NOWHERE = "http://127.0.0.1:9/alerts";
const NEVER = new AbortController().signal;

/** Every delivery, as the alert and the webhook that it is for, sorted. */
async function queued({ services }: World): Promise<string[]> {
  const webhooks = await services.webhooks.list();
  const names = new Map(webhooks.map(({ id, name }) => [id, name]));
  const all: string[] = [];
  for (let cursor: string | null = null;;) {
    const page = await services.deliveries.list(
      { webhookIds: [...names.keys()] },
      { limit: 200, cursor },
    );
    all.push(...page.items.map((one) => `${names.get(one.webhookId)} ${one.alertId}`));
    cursor = page.nextCursor;
    if (cursor === null) return all.sort();
  }
}

for (const step of ["viewed", "read", "committed"]) {
  Deno.test(`each alert has one delivery for each webhook when the dispatcher ends at "${step}"`, async () => {
    await using world = await startWorld();
    await world.add(NOWHERE, { name: "One" });
    await world.add(NOWHERE, { name: "Two" });
    for (let times = 0; times < 3; times++) {
      await world.revokeOne();
      await world.leak();
    }
    let ended = 0;

    // Each process ends at the first such step that it comes to.
    for (let processes = 0; processes < 4; processes++) {
      const dying = world.dispatcher((here) => {
        if (here !== step) return;
        ended++;
        throw new Error(`ended at ${here}`);
      });
      await dying.run(NEVER).catch((error) => assert.match(String(error), /ended at/));
    }
    await world.dispatcher().run(NEVER);

    const all = await queued(world);
    assert.ok(ended >= 2, `${ended}`);
    assert.equal(all.length, 12);
    assert.equal(new Set(all).size, 12);
  });
}

Deno.test("two dispatchers at once put one delivery of each alert into the queue", async () => {
  await using world = await startWorld();
  await world.add(NOWHERE);
  for (let times = 0; times < 20; times++) await world.leak(`SECRET_${times}`);

  await Promise.all([world.dispatcher().run(NEVER), world.dispatcher().run(NEVER)]);

  const all = await queued(world);
  assert.equal(all.length, 20);
  assert.equal(new Set(all).size, 20);
});

Deno.test("what does not fit into one commit goes into the next, also out of one group of events", async () => {
  await using world = await startWorld();
  for (let at = 0; at < 20; at++) await world.add(NOWHERE, { name: `Webhook ${at}` });
  const events = Array.from({ length: 20 }, (_, at) => leakOf(`SECRET_${at}`, world.core.now()));
  await world.services.events.add(events);
  let commits = 0;

  await world.dispatcher((step) => void (step === "committed" && commits++)).run(NEVER);

  const all = await queued(world);
  assert.equal(new Set(all).size, 400);
  assert.ok(commits > 2, `${commits}`);
});

Deno.test("a webhook that is removed while alerts are read leaves nothing behind", async () => {
  await using world = await startWorld();
  const { name } = await world.add(NOWHERE);
  await world.leak();
  const { alertQueue, webhooks } = world.services;

  const view = await alertQueue.view("events");
  await removeWebhook(world.services, AN_ADMIN, name);
  const delivery = newDelivery(view.webhooks[0], {
    alertId: "msg_event_1",
    type: "leak.detected",
    body: "{}",
  }, world.core.now());

  assert.equal(await view.commit("1", [delivery]), false);
  assert.deepEqual(await webhooks.list(), []);
  assert.equal(await world.services.deliveries.get(delivery.id), null);
});

Deno.test("who is offboarded is one alert, for the workspaces of all their tokens", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver();
  await world.add(receiver.url, { workspaces: ["engineering"] });
  for (const name of ["Alice Chen", "Alice's laptop"]) {
    await createToken(world.core, AN_ADMIN, "engineering", { name, email: "alice@example.com" });
  }

  await offboardMember(world.core, AN_ADMIN, "alice@example.com");
  await world.send();

  const [{ json }] = receiver.got;
  assert.equal(receiver.got.length, 1);
  assert.deepEqual([json.data.reason, json.data.person, json.data.count, json.data.workspace], [
    "offboarded",
    "alice@example.com",
    2,
    null,
  ]);
  assert.equal(json.data.tokenIds.length, 2);
});

Deno.test("an entry of the audit log that somebody damaged hides none of those behind it", async () => {
  await using world = await startWorld();
  await world.add(NOWHERE);
  await world.revokeOne();
  const { seq } = (await world.core.audit.list({ limit: 1, cursor: null })).items[0];
  await world.core.kv.set(["audit", seq], { seq: "none of ours" });
  await world.revokeOne();

  await world.dispatcher().run(NEVER);

  assert.deepEqual((await queued(world)).length, 1);
  assert.match(world.lines.join("\n"), new RegExp(`entry ${seq} of the audit log`));
});

Deno.test("a counter that says too much gives up no more than what comes", async () => {
  await using world = await startWorld();
  const { id } = await world.add(NOWHERE);
  for (const secret of ["ONE", "TWO", "THREE"]) {
    await world.leak(secret);
    world.core.advance(1);
    await world.dispatcher().run(NEVER);
  }
  await world.core.kv.set(["webhook_pending", id], new Deno.KvU64(2n ** 64n - 1n));

  await world.leak("FOUR");
  await world.dispatcher().run(NEVER);

  assert.equal((await world.services.deliveries.oldestPending(id, 10)).length, 3);
});

Deno.test("past 10,000 that wait the oldest is given up, and the log says so", async () => {
  await using world = await startWorld();
  const { id } = await world.add(NOWHERE);
  await world.leak("OLDEST");
  await world.dispatcher().run(NEVER);
  const { services, core } = world;
  const [{ id: oldest }] = (await services.deliveries.list({ webhookIds: [id] }, {
    limit: 1,
    cursor: null,
  })).items;
  // As if as many waited.
  await core.kv.set(["webhook_pending", id], new Deno.KvU64(BigInt(MAX_PENDING)));
  core.advance(1);

  await world.leak("NEWEST");
  await world.dispatcher().run(NEVER);

  assert.equal((await services.deliveries.get(oldest))?.state, "dead");
  assert.equal(await services.deliveries.pending(id), MAX_PENDING);
  assert.match(
    world.lines.join("\n"),
    /Gave up 1 of the deliveries to webhook "whk_.*more than 10000/,
  );
});
