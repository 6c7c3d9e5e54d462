import assert from "node:assert/strict";
import { CallLog } from "../../core/calls/call_log.ts";
import type { Event } from "../../core/events/event.ts";
import { newServerId } from "../../core/ids.ts";
import { keys, prefixes } from "../../core/kv/keys.ts";
import { rotateWebhookSecret } from "../../core/webhooks/rotate_webhook_secret.ts";
import { listDeliveries } from "../../core/webhooks/view_delivery.ts";
import { WebhookStore } from "../../core/webhooks/webhook_store.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { someCall } from "../calls/_support.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { isSignedBy, startReceiver, taken } from "./_receiver.ts";
import { startWorld, type World } from "./_world.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const PAGE = { limit: 100, cursor: null };
const SERVER = { serverId: newServerId(), server: "internal-api" };

/** Calls of a server that fail, with a clock that is so far ahead. */
async function failures(world: World, count: number, { slug = "engineering", aheadMs = 0 } = {}) {
  const workspace = await world.core.workspaces.findBySlug(slug);
  assert.ok(workspace !== null);
  const at = new Date(world.core.now().getTime() + aheadMs).toISOString();
  const log = new CallLog(world.core.kv);
  const call = { at, durationMs: 0, outcome: "upstream_failure", ...SERVER } as const;
  await Promise.all(Array.from({ length: count }, () => log.record(workspace, someCall(call))));
  await log.close();
}

async function look(world: World): Promise<void> {
  world.core.advance(15_000);
  await world.send();
  await world.send();
}

Deno.test("an attempt that a wrong clock put off is made when the clock is right", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver((_, count) =>
    count === 1 ? new Response(null, { status: 503 }) : taken()
  );
  await world.add(receiver.url);
  world.core.advance(400 * DAY_MS);
  await world.leak();
  await world.send();

  world.core.advance(-400 * DAY_MS);
  await world.send();

  assert.equal(receiver.got.length, 2);
  assert.deepEqual((await listDeliveries(world.services, { state: "pending" }, PAGE)).items, []);
});

Deno.test("of a URL with a query no answer is kept, which could repeat it", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver(() =>
    new Response("no route for /alerts?key=of+the+receiver", { status: 404 })
  );
  await world.add(`${receiver.url}?key=of+the+receiver`);

  await world.leak();
  await world.send();

  const { items } = await listDeliveries(world.services, {}, PAGE);
  assert.deepEqual(items[0].attempts.map(({ status, answer }) => [status, answer]), [[404, null]]);
});

Deno.test("a secret that is rotated while a spent one is forgotten goes on signing", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver();
  const { name } = await world.add(receiver.url);
  const { secret } = await rotateWebhookSecret(world.services, AN_ADMIN, name, { overlapHours: 1 });
  world.core.advance(2 * 60 * 60 * 1000);
  const slow = new Proxy(world.core.kv, {
    get(kv, property) {
      if (property !== "list") return Reflect.get(kv, property).bind(kv);
      return async function* (selector: Deno.KvListSelector) {
        for await (const entry of kv.list(selector)) {
          await rotateWebhookSecret(world.services, AN_ADMIN, name, { overlapHours: 1 });
          yield entry;
        }
      };
    },
  });

  await new WebhookStore(slow, world.core.audit).dropSpentSecrets(world.core.now());

  await world.leak();
  await world.send();
  assert.ok(isSignedBy(secret, receiver.got[0]));
});

Deno.test("what waits to be sent does not wait until a long log is looked through", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver();
  await world.add(receiver.url, { kinds: ["leak.detected"] });
  await world.leak();
  const of = {
    serverId: newServerId(),
    server: "internal-api",
    at: world.core.now().toISOString(),
  };
  const blocked: Event = { kind: "server_blocked", reason: "leak", ...of };
  await world.services.events.add(Array.from({ length: 6_000 }, () => blocked));

  const hasMore = await world.dispatcher().run(new AbortController().signal);
  const { ids } = await world.services.deliveries.due(
    (await world.services.webhooks.list())[0].id,
    5,
  );
  assert.deepEqual([hasMore, ids.length], [true, 1]);

  await world.leak("LAST");
  await world.send();
  assert.deepEqual(receiver.got.map(({ json }) => json.data.secret).sort(), ["API_KEY", "LAST"]);
});

Deno.test("deliveries that somebody damaged hold up no other", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver();
  await world.add(receiver.url);
  for (let at = 0; at < 6; at++) await world.leak(`DAMAGED_${at}`);
  await world.dispatcher().run(new AbortController().signal);
  const queued = await Array.fromAsync(
    world.core.kv.list({ prefix: keys.webhookDelivery("" as never).slice(0, 1) }),
  );
  assert.equal(queued.length, 6);
  for (const [at, { key }] of queued.entries()) {
    if (at % 2 === 0) await world.core.kv.set(key, { none: "of ours" });
    else await world.core.kv.delete(key);
  }

  world.core.advance(1_000);
  await world.leak("WHOLE");
  await world.send();

  assert.deepEqual(receiver.got.map(({ json }) => json.data.secret), ["WHOLE"]);
  assert.equal(world.lines.filter((line) => line.includes("is not made")).length, 3);
});

Deno.test("calls that a wrong clock dated are counted once, and not for as long as it was wrong", async () => {
  await using world = await startWorld();
  await world.add("http://127.0.0.1:9/");
  await failures(world, 20, { aheadMs: DAY_MS });
  await look(world);
  const [first] = (await world.services.events.list({ kind: "error_rate" }, PAGE)).items;
  assert.ok(first.kind === "error_rate" && first.calls === 20);

  world.core.advance(6 * 60_000);
  await look(world);

  assert.deepEqual(await world.services.errorAlarms.list(), []);
});

Deno.test("an alarm that a wrong clock raised ends when the clock is right", async () => {
  await using world = await startWorld();
  await world.add("http://127.0.0.1:9/");
  world.core.advance(DAY_MS);
  await failures(world, 20);
  await look(world);
  assert.equal((await world.services.errorAlarms.list()).length, 1);

  world.core.advance(-DAY_MS);
  await look(world);

  assert.deepEqual(await world.services.errorAlarms.list(), []);
});

Deno.test("calls that somebody damaged keep nobody from hearing of error rates", async () => {
  await using world = await startWorld();
  await world.add("http://127.0.0.1:9/");
  await createWorkspace(world.core, AN_ADMIN, { slug: "sales" });
  await failures(world, 1);
  const damaged = await world.core.workspaces.findBySlug("engineering");
  assert.ok(damaged !== null);
  for await (const { key } of world.core.kv.list({ prefix: prefixes.calls(damaged.id) })) {
    await world.core.kv.set(key, { none: "of ours" });
  }
  await failures(world, 30);
  await failures(world, 30, { slug: "sales" });

  await look(world);
  await look(world);

  const { items } = await world.services.events.list({ kind: "error_rate" }, PAGE);
  const heard = items.map((event) => event.kind === "error_rate" && event.workspace).sort();
  assert.ok(heard.includes("sales"), heard.join());
  assert.match(world.lines.join("\n"), /Cannot look at error rates of workspace "engineering": /);
});
