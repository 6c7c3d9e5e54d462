import assert from "node:assert/strict";
import { RollLag } from "../../core/analytics/roll_lag.ts";
import { CallBellStore } from "../../core/calls/call_bell_store.ts";
import { CallFeed } from "../../core/calls/call_feed.ts";
import { keys } from "../../core/kv/keys.ts";
import { someWorkspace, START, testCore } from "../_support/core.ts";
import { someCall } from "../calls/_support.ts";
import { record, rollupsOn } from "./_support.ts";

/** A call that was over so many seconds before now. */
function overFor(seconds: number) {
  return someCall({ at: new Date(START.getTime() - seconds * 1_000).toISOString(), durationMs: 0 });
}

async function world() {
  const core = await testCore();
  const [one, other] = [await someWorkspace(core, "one"), await someWorkspace(core, "other")];
  const { rollups, roller } = rollupsOn(core.kv, { now: core.now });
  let looks = 0;
  const lag = new RollLag({
    bells: new CallBellStore(core.kv),
    rollups,
    feed: new CallFeed(core.kv),
    workspaces: {
      listAll() {
        looks++;
        return core.workspaces.listAll();
      },
    },
    now: core.now,
  });
  return {
    kv: core.kv,
    one: one.id,
    other: other.id,
    lag,
    roller,
    looks: () => looks,
    [Symbol.dispose]: () => core[Symbol.dispose](),
  };
}

Deno.test("RollLag.seconds() is the age of the oldest call of any workspace that is not added up", async () => {
  using at = await world();
  assert.equal(await at.lag.seconds(), 0);
  await record(at.kv, at.one, [overFor(90)], [overFor(60)]);
  await record(at.kv, at.other, [overFor(30)]);

  const lags = [await at.lag.seconds()];
  await at.roller.rollAll(at.one);
  lags.push(await at.lag.seconds());
  await record(at.kv, at.one, [overFor(45)]);
  lags.push(await at.lag.seconds());
  await at.roller.rollAll(at.one);
  await at.roller.rollAll(at.other);
  lags.push(await at.lag.seconds());

  assert.deepEqual(lags, [90, 30, 45, 0]);
});

Deno.test("RollLag.seconds() looks at no workspace while nothing was recorded since all was added up", async () => {
  using at = await world();
  await record(at.kv, at.one, [overFor(90)]);
  await at.roller.rollAll(at.one);

  assert.deepEqual([await at.lag.seconds(), await at.lag.seconds(), at.looks()], [0, 0, 1]);
  await record(at.kv, at.other, [overFor(20)]);
  assert.deepEqual([await at.lag.seconds(), at.looks()], [20, 2]);
});

Deno.test("RollLag.seconds() grows while records that cannot be read keep the rest from being added up", async () => {
  using at = await world();
  await at.kv.set(keys.calls(at.one, "0".repeat(20)), { endedAt: "never", calls: null });
  await record(at.kv, at.one, [overFor(300)]);

  await assert.rejects(at.roller.rollAll(at.one));

  assert.equal(await at.lag.seconds(), 300);
});
