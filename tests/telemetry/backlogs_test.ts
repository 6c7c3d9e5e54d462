import assert from "node:assert/strict";
import type { SinkId, WebhookId } from "../../core/ids.ts";
import type { SinkState } from "../../core/sinks/sink_progress.ts";
import { FRESH_STATE } from "../../core/sinks/sink_progress.ts";
import { Backlogs } from "../../core/telemetry/backlogs.ts";
import { Metrics } from "../../core/telemetry/metrics.ts";
import { START } from "../_support/core.ts";

/** Two sinks and a webhook, whose looks are counted. */
function world() {
  const metrics = new Metrics();
  const clock = { nowMs: 0, looks: 0, isAway: false, lag: 7 };
  const unsent = { recordedAt: new Date(START.getTime() - 90_000).toISOString() };
  const states: Record<string, SinkState> = {
    snk_a: { ...FRESH_STATE, unsent: unsent as SinkState["unsent"] },
  };
  const backlogs = new Backlogs(metrics, {
    sinks: {
      list() {
        clock.looks++;
        if (clock.isAway) return Promise.reject(new Error("the store is away"));
        return Promise.resolve([
          { id: "snk_a" as SinkId, name: "SIEM" },
          { id: "snk_b" as SinkId, name: "Archive" },
        ]);
      },
    },
    sinkProgress: { state: (id) => Promise.resolve(states[id] ?? null) },
    webhooks: { list: () => Promise.resolve([{ id: "whk_a" as WebhookId, name: "On call" }]) },
    deliveries: { pending: () => Promise.resolve(3), countDead: () => Promise.resolve(1) },
    rollLag: { seconds: () => Promise.resolve(clock.lag) },
    now: () => START,
  }, () => clock.nowMs);
  const read = () =>
    metrics.all.flatMap((metric) =>
      metric.read().map(({ labels, ...sample }) => {
        return `${metric.name} ${Object.values(labels)} ${"value" in sample && sample.value}`;
      })
    );
  return { backlogs, clock, read };
}

const ALL = [
  "aerostack.sink.behind SIEM 90",
  "aerostack.sink.behind Archive 0",
  "aerostack.webhook.pending On call 3",
  "aerostack.webhook.dead On call 1",
  "aerostack.rollups.behind  7",
];

Deno.test("backlogs are what was found last, and looked up every ten seconds at most", async () => {
  const { backlogs, clock, read } = world();

  assert.deepEqual(read(), []);
  await backlogs.settled();
  assert.deepEqual(read(), ALL);
  clock.nowMs = 9_999;
  read();
  assert.equal(clock.looks, 1);

  clock.nowMs = 10_000;
  read();
  await backlogs.settled();
  assert.equal(clock.looks, 2);
});

Deno.test("backlogs that cannot be read stay what they were, and nothing fails", async () => {
  const { backlogs, clock, read } = world();
  read();
  await backlogs.settled();
  clock.isAway = true;
  clock.nowMs = 20_000;

  read();
  await backlogs.settled();

  assert.deepEqual(read(), ALL);
});

Deno.test("what cannot be read of sinks keeps nothing else from being told", async () => {
  const { backlogs, clock, read } = world();
  read();
  await backlogs.settled();
  clock.isAway = true;
  clock.lag = 60;
  clock.nowMs = 20_000;

  read();
  await backlogs.settled();

  assert.deepEqual(read(), [...ALL.slice(0, -1), "aerostack.rollups.behind  60"]);
});

Deno.test("backlogs are not looked up any more when the gateway ends", async () => {
  const { backlogs, clock, read } = world();

  await backlogs.close();
  read();

  assert.equal(clock.looks, 0);
});
