import assert from "node:assert/strict";
import type { Call } from "../../core/calls/call.ts";
import { CallLog } from "../../core/calls/call_log.ts";
import type { ErrorRateEvent } from "../../core/events/event.ts";
import { newServerId } from "../../core/ids.ts";
import { isExceeded } from "../../core/webhooks/error_rule.ts";
import { removeWebhook } from "../../core/webhooks/remove_webhook.ts";
import { updateWebhook } from "../../core/webhooks/update_webhook.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { someCall } from "../calls/_support.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { startReceiver } from "./_receiver.ts";
import { startWorld, type World } from "./_world.ts";

const SERVER = { serverId: newServerId(), server: "internal-api" };
const MINUTE_MS = 60_000;

/** Records calls that end now: how many, and how many of them fail. */
async function calls(
  { core }: World,
  count: number,
  errors: number,
  changes: Partial<Call> = {},
  workspace = "engineering",
): Promise<void> {
  const log = new CallLog(core.kv);
  const found = await core.workspaces.findBySlug(workspace);
  assert.ok(found !== null);
  await Promise.all(Array.from({ length: count }, (_, at) =>
    log.record(
      found,
      someCall({
        at: core.now().toISOString(),
        durationMs: 0,
        outcome: at < errors ? "upstream_failure" : "ok",
        ...SERVER,
        ...changes,
      }),
    )));
  await log.close();
}

async function events({ services }: World): Promise<ErrorRateEvent[]> {
  const { items } = await services.events.list({ kind: "error_rate" }, {
    limit: 100,
    cursor: null,
  });
  return items.filter((event) => event.kind === "error_rate");
}

/** Looks at the rates, as is done every 15 s. */
async function look(world: World): Promise<void> {
  world.core.advance(15_000);
  await world.send();
  // What was found lies among the events now.
  await world.send();
}

Deno.test("a rule is exceeded by its part of its number of calls, and by no fewer", () => {
  const rule = { percent: 20, minCalls: 20, windowMinutes: 5 };

  assert.equal(isExceeded(rule, { calls: 20, errors: 4 }), true);
  assert.equal(isExceeded(rule, { calls: 20, errors: 3 }), false);
  assert.equal(isExceeded(rule, { calls: 19, errors: 19 }), false);
});

Deno.test("too many failed calls of a server are one alert, however long they last", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver();
  await world.add(receiver.url);
  await calls(world, 30, 3);
  await look(world);
  assert.equal(receiver.got.length, 0);

  for (let minute = 0; minute < 8; minute++) {
    await calls(world, 30, 15);
    world.core.advance(MINUTE_MS);
    await look(world);
  }

  assert.equal(receiver.got.length, 1);
  const { type, data } = receiver.got[0].json;
  assert.equal(type, "error_rate.exceeded");
  assert.deepEqual([data.workspace.slug, data.server, data.calls, data.errors, data.percent], [
    "engineering",
    { id: SERVER.serverId, slug: "internal-api" },
    60,
    18,
    30,
  ]);
  assert.deepEqual(data.threshold, { percent: 20, minCalls: 20, windowMinutes: 5 });
});

Deno.test("when fewer fail again the next time is another alert, and not before a window is over", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver();
  await world.add(receiver.url);
  await calls(world, 20, 20);
  await look(world);
  // It goes below the rule and above it, within the window.
  await calls(world, 200, 0);
  await look(world);
  await calls(world, 200, 200);
  await look(world);
  assert.equal(receiver.got.length, 1);

  world.core.advance(6 * MINUTE_MS);
  await look(world);
  await calls(world, 20, 20);
  await look(world);

  assert.equal(receiver.got.length, 2);
});

Deno.test("what the gateway refused, and a client took back, is no error of a server", async () => {
  await using world = await startWorld();
  await world.add("http://127.0.0.1:9/");
  await calls(world, 20, 0);
  await calls(world, 50, 0, { outcome: "refused" });
  await calls(world, 50, 0, { outcome: "cancelled" });
  await calls(world, 50, 50, { serverId: null, server: null });

  await look(world);

  assert.deepEqual(await events(world), []);

  await calls(world, 5, 5);
  await look(world);
  assert.deepEqual((await events(world)).map(({ calls, errors }) => [calls, errors]), [[25, 5]]);
});

Deno.test("each server of each workspace is counted by itself", async () => {
  await using world = await startWorld();
  await createWorkspace(world.core, AN_ADMIN, { slug: "sales" });
  await world.add("http://127.0.0.1:9/");
  const other = { serverId: newServerId(), server: "other" };
  await calls(world, 20, 20, other);
  await calls(world, 500, 0);
  await calls(world, 500, 0, other, "sales");

  await look(world);

  const found = (await events(world)).map(({ workspace, server }) => [workspace, server]);
  assert.deepEqual(found, [["engineering", "other"]]);
});

Deno.test("a webhook is told by its own rule, and of its own workspaces", async () => {
  await using world = await startWorld();
  await using strict = startReceiver();
  await using lax = startReceiver();
  await using elsewhere = startReceiver();
  await createWorkspace(world.core, AN_ADMIN, { slug: "sales" });
  await world.add(strict.url, { name: "Strict", errorRule: { percent: 5 } });
  await world.add(lax.url, { name: "Lax", errorRule: { percent: 50 } });
  await world.add(elsewhere.url, { name: "Sales", workspaces: ["sales"] });

  await calls(world, 20, 4);
  await look(world);

  assert.deepEqual([strict, lax, elsewhere].map(({ got }) => got.length), [1, 0, 0]);
});

Deno.test("a process that begins counts what was there before, and tells nothing twice", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver();
  await world.add(receiver.url);
  await calls(world, 10, 10);
  await look(world);
  await world.services.alerting.close();

  await using next = await startWorld({ beside: world });
  await calls(next, 10, 10);
  await look(next);
  assert.equal(receiver.got.length, 1);
  await next.services.alerting.close();

  await using third = await startWorld({ beside: world });
  await look(third);
  assert.equal(receiver.got.length, 1);
});

Deno.test("two processes that look at once raise one alarm", async () => {
  await using world = await startWorld();
  await using other = await startWorld({ beside: world });
  await world.add("http://127.0.0.1:9/");
  await calls(world, 20, 20);
  const webhooks = await world.services.webhooks.list();
  const { signal } = new AbortController();

  await Promise.all([world, other].map(({ errorRates }) => errorRates.look(webhooks, signal)));

  assert.equal((await events(world)).length, 1);
});

Deno.test("a rule with a longer window counts what was before it", async () => {
  await using world = await startWorld();
  await world.add("http://127.0.0.1:9/");
  await calls(world, 15, 15);
  world.core.advance(20 * MINUTE_MS);
  await calls(world, 15, 15);
  await look(world);
  assert.equal((await events(world)).length, 0);

  await updateWebhook(world.services, AN_ADMIN, "On call", { errorRule: { windowMinutes: 30 } });
  await look(world);

  assert.deepEqual((await events(world)).map(({ calls }) => calls), [30]);
});

Deno.test("the alarms of a rule that nobody has any more are forgotten", async () => {
  await using world = await startWorld();
  await world.add("http://127.0.0.1:9/");
  await calls(world, 20, 20);
  await look(world);
  assert.equal((await world.services.errorAlarms.list()).length, 1);

  await updateWebhook(world.services, AN_ADMIN, "On call", { kinds: ["leak.detected"] });
  await look(world);

  assert.deepEqual(await world.services.errorAlarms.list(), []);
});

Deno.test("when the last webhook goes so do the alarms, and who comes next is told", async () => {
  await using world = await startWorld();
  await using receiver = startReceiver();
  await world.add("http://127.0.0.1:9/");
  await calls(world, 20, 20);
  await look(world);
  await removeWebhook(world.services, AN_ADMIN, "On call");
  await look(world);

  await world.add(receiver.url);
  await look(world);

  assert.equal(receiver.got.length, 1);
});
