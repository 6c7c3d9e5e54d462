import assert from "node:assert/strict";
import { CallLog } from "../../core/calls/call_log.ts";
import { CallQueries } from "../../core/calls/call_queries.ts";
import { CallTrimStore } from "../../core/calls/call_trim_store.ts";
import { LogTrimmer } from "../../core/calls/log_trimmer.ts";
import { keys } from "../../core/kv/keys.ts";
import { LeaseStore } from "../../core/kv/lease_store.ts";
import { updateWorkspace } from "../../core/workspaces/update_workspace.ts";
import { AN_ADMIN, someWorkspace, START, testCore } from "../_support/core.ts";
import { someCall } from "./_support.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

function daysAgo(days: number): string {
  return new Date(START.getTime() - days * DAY_MS).toISOString();
}

/** A workspace with a pack for each of the last 60 days, the oldest first. */
async function world({ older = 0 } = {}) {
  const core = await testCore();
  const workspace = await someWorkspace(core);
  const log = new CallLog(core.kv);
  for (let count = 0; count < older; count++) {
    await log.record(workspace, someCall({ at: daysAgo(61) }));
  }
  for (let days = 60; days > 0; days--) {
    await log.record(workspace, someCall({ tool: `${days}`, at: daysAgo(days) }));
  }
  await log.close();
  const calls = new CallQueries(core.kv, core.now);
  const lines: string[] = [];
  const trimmerOf = (countedBefore: string | null, onHold: (count: number) => Promise<unknown>) => {
    const leases = new LeaseStore(core.kv, { instanceId: "one", now: core.now });
    let holds = 0;
    return new LogTrimmer({
      workspaces: core.workspaces,
      trim: new CallTrimStore(core.kv),
      countedBefore: () => Promise.resolve(countedBefore),
      leases: {
        async hold(name) {
          await onHold(++holds);
          return await leases.hold(name);
        },
      },
      now: core.now,
      log: (line) => void lines.push(line),
    });
  };
  const trim = async (
    countedBefore: string | null,
    onHold: (count: number) => Promise<unknown> = () => Promise.resolve(),
  ) => {
    const trimmer = trimmerOf(countedBefore, onHold);
    trimmer.wake();
    await trimmer.settled();
    await trimmer.close();
    return lines.splice(0);
  };
  const stored = async () => {
    const groups = await Array.fromAsync(calls.forward(workspace.id, { after: null, upTo: null }));
    return groups.flatMap((group) => group.calls);
  };
  const retain = (retentionDays: number) =>
    updateWorkspace(core, AN_ADMIN, workspace.slug, { retentionDays });
  const end = "f".repeat(20);
  return {
    core,
    workspace,
    calls,
    trim,
    stored,
    retain,
    end,
    [Symbol.dispose]: () => core[Symbol.dispose](),
  };
}

Deno.test("a shorter retention hides what is older at once, and lets it go in the background", async () => {
  using at = await world();
  const all = await at.stored();
  const last = all[0].id.split("-")[0];
  await at.core.kv.set(keys.callArguments(at.workspace.id, 0, last), "sealed");

  const shorter = await at.retain(30);
  const page = await at.calls.list(shorter, { limit: 200, cursor: null });
  const before = (await at.stored()).length;
  await at.trim(at.end);

  assert.equal(page.items.length, 30);
  assert.equal(before, 60);
  assert.deepEqual(
    (await at.stored()).map(({ tool }) => tool),
    page.items.map(({ tool }) => tool).reverse(),
  );
  assert.equal((await at.core.kv.get(keys.callArguments(at.workspace.id, 0, last))).value, null);
});

Deno.test("nothing is let go before it was added up", async () => {
  using at = await world();
  await at.retain(30);
  const [tenth] = (await at.stored())[9].id.split("-");

  await at.trim(null);
  const untouched = (await at.stored()).length;
  await at.trim(tenth);

  assert.equal(untouched, 60);
  assert.equal((await at.stored()).length, 51);
});

Deno.test("a retention as long as before, or longer, lets nothing go", async () => {
  using at = await world();

  await at.trim(at.end);
  await at.retain(3_650);
  await at.trim(at.end);

  assert.equal((await at.stored()).length, 60);
});

Deno.test("however many packs are too old, they go in commits of a bounded size", async () => {
  using at = await world({ older: 250 });
  await at.retain(1);

  await at.trim(at.end);

  assert.deepEqual((await at.stored()).map(({ tool }) => tool), ["1"]);
});

Deno.test("who makes a retention longer again keeps what was not let go yet", async () => {
  using at = await world({ older: 250 });
  await at.retain(1);

  // The first one begins; the second one follows the first commit.
  await at.trim(at.end, async (count) => count === 2 && await at.retain(90));

  const left = (await at.stored()).length;
  assert.equal(left, 250 + 60 - 100);
});

Deno.test("a log that cannot be read keeps no other one from being let go", async () => {
  using at = await world();
  // Workspaces are looked at in the order of their slugs.
  const broken = await someWorkspace(at.core, "a-broken");
  await at.core.kv.set(keys.calls(broken.id, "0".repeat(20)), { endedAt: "never", calls: null });
  await at.retain(30);

  const lines = await at.trim(at.end);

  assert.equal((await at.stored()).length, 30);
  assert.equal(lines.length, 1);
  assert.match(lines[0], new RegExp(`Cannot let old calls of ${broken.id} go: `));
});
