import assert from "node:assert/strict";
import { createRollups } from "../../core/analytics/create_rollups.ts";
import type { TallyQuery } from "../../core/analytics/tally_source.ts";
import type { Call } from "../../core/calls/call.ts";
import { CallLog } from "../../core/calls/call_log.ts";
import type { WorkspaceId } from "../../core/ids.ts";
import { prefixes } from "../../core/kv/keys.ts";
import { LeaseStore } from "../../core/kv/lease_store.ts";
import { someWorkspace, START, type TestCore, testCore } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import { SeededRandom } from "../_support/seeded_random.ts";
import { kept } from "../calls/_support.ts";
import { callMaker, counted, rollupsOn, timesAround, told } from "./_support.ts";

const DAY_MS = 86_400_000;
const ALL: TallyQuery = {
  from: new Date(START.getTime() - 30 * DAY_MS),
  to: new Date(START.getTime() + 30 * DAY_MS),
  detail: "everything",
  grain: "hour",
};

/** A queue that does what its test wants with each message; the rest is the store itself. */
function withQueue(
  kv: Deno.Kv,
  deliver: (value: unknown, handle: (value: unknown) => void) => void,
): Deno.Kv {
  let handle: (value: unknown) => void = () => {};
  return new Proxy(kv, {
    get(target, name) {
      if (name === "enqueue") {
        return (value: unknown) => {
          deliver(value, (message) => handle(message));
          return Promise.resolve({ ok: true, versionstamp: "" });
        };
      }
      if (name === "listenQueue") {
        return (handler: (value: unknown) => void) => {
          handle = handler;
          return Promise.resolve();
        };
      }
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The log and what adds it up, as a process has them. */
function processOn(core: TestCore, kv: Deno.Kv, instanceId: string) {
  const lines: string[] = [];
  const leases = new LeaseStore(core.kv, { instanceId, now: core.now });
  const log = (line: string) => lines.push(line);
  const rollups = createRollups({ kv, workspaces: core.workspaces, leases, now: core.now, log });
  const callLog = new CallLog(core.kv);
  callLog.onCommitted(rollups.recorded);
  return { ...rollups, callLog, lines };
}

function someCalls(seed: number, count: number): Call[] {
  const random = new SeededRandom(seed);
  const make = callMaker(random);
  const time = timesAround(random, START, 40);
  return Array.from({ length: count }, () => make(time()));
}

/** Whether all of the log was added up. */
async function isCaughtUp(core: TestCore, id: WorkspaceId): Promise<boolean> {
  const { rollups, packs } = rollupsOn(core.kv, { now: core.now });
  const { position } = await rollups.mark(id);
  return (await Array.fromAsync(packs.after(id, position))).length === 0;
}

Deno.test("a message of the real queue has calls added up without any report", async () => {
  const core = await testCore();
  const { id } = await someWorkspace(core);
  const process = processOn(core, core.kv, "one");
  const calls = someCalls(1, 200);

  for (const call of calls) await process.callLog.record(kept(id), call);
  await eventually("all is added up", () => isCaughtUp(core, id));
  assert.deepEqual(await told(process.tallies, id, ALL), counted(calls, ALL));

  await process.callLog.close();
  await process.close();
  core.store.close();
  await process.ended();
  assert.deepEqual(process.lines, []);
});

Deno.test("messages that are doubled, reordered, late and lost lose and double no call", async () => {
  using core = await testCore();
  const { id } = await someWorkspace(core);
  const random = new SeededRandom(5);
  const held: (() => void)[] = [];
  const kv = withQueue(core.kv, (value, handle) => {
    const fate = random.whole(0, 4);
    if (fate === 0) return;
    if (fate === 1) held.unshift(() => handle(value));
    if (fate >= 2) { for (let times = 1; times < fate; times++) handle(value); }
    if (random.next() < 0.3) held.pop()?.();
    if (random.next() < 0.2) handle({ wake: "rollups", about: ["nonsense", id, id] });
  });
  const processes = ["one", "two"].map((name) => processOn(core, kv, name));
  const calls = someCalls(2, 400);

  for (const [index, call] of calls.entries()) {
    await processes[index % 2].callLog.record(kept(id), call);
    processes[index % 2].rolling.wake(index % 7 === 0 ? [id] : []);
    if (index % 50 === 49) {
      const before = calls.slice(0, index + 1);
      assert.deepEqual(await told(processes[0].tallies, id, ALL), counted(before, ALL));
    }
  }
  for (const deliver of held) deliver();
  processes[1].minutely.wake();
  await Promise.all(processes.map(({ rolling }) => rolling.settled()));

  assert.ok(await isCaughtUp(core, id));
  assert.equal((await processes[0].rollups.mark(id)).counted, calls.length);
  assert.deepEqual(await told(processes[1].tallies, id, ALL), counted(calls, ALL));
  for (const { callLog, close } of processes) {
    await callLog.close();
    await close();
  }
});

Deno.test("without a queue the cron of each minute and every report wake the roller", async () => {
  using core = await testCore();
  const { id } = await someWorkspace(core);
  const kv = withQueue(core.kv, () => {
    throw new TypeError("no queues here");
  });
  const process = processOn(core, kv, "one");
  const calls = someCalls(3, 60);

  for (const call of calls.slice(0, 30)) await process.callLog.record(kept(id), call);
  process.minutely.wake();
  await process.rolling.settled();
  assert.ok(await isCaughtUp(core, id));

  for (const call of calls.slice(30)) await process.callLog.record(kept(id), call);
  assert.ok(!await isCaughtUp(core, id));
  assert.deepEqual(await told(process.tallies, id, ALL), counted(calls, ALL));
  await process.rolling.settled();
  assert.ok(await isCaughtUp(core, id));

  assert.equal(process.lines.length, 1);
  assert.match(process.lines[0], /no queue/);
  await process.callLog.close();
  await process.close();
});

Deno.test("of several processes one looks at all workspaces in a minute, and builds what is over", async () => {
  using core = await testCore();
  const { id } = await someWorkspace(core);
  const processes = ["one", "two"].map((name) =>
    processOn(core, withQueue(core.kv, () => {}), name)
  );
  for (const call of someCalls(4, 50)) await processes[0].callLog.record(kept(id), call);

  await new LeaseStore(core.kv, { instanceId: "another", now: core.now }).hold("rollups");
  for (const process of processes) process.minutely.wake();
  await Promise.all(processes.map(({ rolling }) => rolling.settled()));
  assert.ok(!await isCaughtUp(core, id));

  core.advance(31_000);
  for (const process of processes) process.minutely.wake();
  await Promise.all(processes.map(({ rolling }) => rolling.settled()));
  assert.ok(await isCaughtUp(core, id));
  const days = await Array.fromAsync(core.kv.list({ prefix: prefixes.rollBlocks(id, "day") }));
  assert.ok(days.length > 0);

  for (const { callLog, close } of processes) {
    await callLog.close();
    await close();
  }
});

Deno.test("a workspace whose log cannot be read keeps no other one waiting", async () => {
  using core = await testCore();
  const broken = await someWorkspace(core, "broken");
  const { id } = await someWorkspace(core);
  const process = processOn(core, withQueue(core.kv, () => {}), "one");
  const calls = someCalls(5, 40);
  for (const workspace of [broken.id, id]) {
    for (const call of calls) await process.callLog.record(kept(workspace), call);
  }
  await core.kv.set(["calls", broken.id, "0".repeat(20)], { endedAt: "never", calls: null });

  process.minutely.wake();
  await process.rolling.settled();

  assert.ok(await isCaughtUp(core, id));
  assert.equal(process.lines.length, 1);
  assert.match(process.lines[0], new RegExp(`Cannot add up the calls of ${broken.id}: `));
  const days = await Array.fromAsync(core.kv.list({ prefix: prefixes.rollBlocks(id, "day") }));
  assert.ok(days.length > 0);
  await process.callLog.close();
  await process.close();
});
