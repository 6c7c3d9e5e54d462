import assert from "node:assert/strict";
import { decodeRows } from "../../core/analytics/hour_rows.ts";
import { HourSums, namedCall } from "../../core/analytics/hour_sums.ts";
import { OTHER_TOOLS } from "../../core/analytics/report.ts";
import { callsOf } from "../../core/analytics/sums.ts";
import type { TimedTally } from "../../core/analytics/tally_source.ts";
import type { Call } from "../../core/calls/call.ts";
import { newServerId, newTokenId, newWorkspaceId, type WorkspaceId } from "../../core/ids.ts";
import { SeededRandom } from "../_support/seeded_random.ts";
import { memoryStore } from "../_support/store.ts";
import { someCall } from "../calls/_support.ts";
import {
  callMaker,
  counted,
  record,
  type Rollups,
  rollupsOn,
  timesAround,
  told,
} from "./_support.ts";

const NOW = new Date("2026-11-22T09:30:00.000Z");
const PERIOD = { from: new Date("2026-11-20"), to: new Date("2026-11-23") };
const LIMITS = { memberTools: 5, hourRows: 12, segmentBytes: 900 };
const BLOCK_LIMITS = { memberTools: 6, pairs: 20, tools: 15, fewRows: 0 };
const now = () => NOW;

/** Calls of three members to ever new names, of a server and of none, in two hours. */
function inventedNames(seed: number): Call[] {
  const random = new SeededRandom(seed);
  const members = Array.from({ length: 3 }, () => ({ tokenId: newTokenId() }));
  const servers = [
    { serverId: newServerId(), server: "internal-api" },
    { serverId: null, server: null },
  ];
  return Array.from({ length: 160 }, (_, index) =>
    someCall({
      ...random.pick(members),
      ...random.pick(servers),
      at: random.pick(["2026-11-20T12:00:00.000Z", "2026-11-20T13:00:00.000Z"]),
      tool: random.next() < 0.3 ? "search" : `invented ${index}`,
      durationMs: index,
    }));
}

async function everything({ tallies }: Rollups, id: WorkspaceId): Promise<TimedTally[]> {
  const query = { ...PERIOD, detail: "everything", grain: "whole" } as const;
  return await Array.fromAsync(tallies.tallies(id, query));
}

/** What is said of an hour, in an order of its own. */
function inOrder(tallies: readonly TimedTally[]): string[] {
  return tallies.map(({ latency, ...tally }) => JSON.stringify([tally, latency.buckets()])).sort();
}

Deno.test("invented names share a row after so many; members and servers stay exact", async () => {
  using store = await memoryStore();
  const id = newWorkspaceId();
  const rollups = rollupsOn(store.kv, { now, roller: { limits: LIMITS } });
  const calls = inventedNames(1);
  for (const call of calls) await record(store.kv, id, [call]);

  await rollups.roller.rollAll(id);

  const rows = await everything(rollups, id);
  for (const hour of ["2026-11-20T12:00:00.000Z", "2026-11-20T13:00:00.000Z"]) {
    const own = rows.filter(({ start, tool }) => start === hour && tool !== OTHER_TOOLS);
    assert.ok(own.length <= LIMITS.hourRows, `${own.length}`);
    const byMember = Map.groupBy(own, ({ tokenId }) => tokenId);
    for (const { length } of byMember.values()) assert.ok(length <= LIMITS.memberTools);
  }
  assert.ok(rows.some(({ tool, serverId }) => tool === OTHER_TOOLS && serverId === null));
  const byMember = { ...PERIOD, detail: "members", grain: "hour" } as const;
  assert.deepEqual(await told(rollups.tallies, id, byMember), counted(calls, byMember));
  const servers = (all: readonly { serverId: string | null; calls: number }[]) => {
    const sums: Record<string, number> = {};
    for (const { serverId, calls } of all) sums[`${serverId}`] = (sums[`${serverId}`] ?? 0) + calls;
    return sums;
  };
  assert.deepEqual(
    servers(rows.map(({ serverId, outcomes }) => ({ serverId, calls: outcomes.ok }))),
    servers(calls.map(({ serverId }) => ({ serverId, calls: 1 }))),
  );
});

Deno.test("which names have a row does not depend on how many calls are added at once", async () => {
  using store = await memoryStore();
  const [one, all] = [newWorkspaceId(), newWorkspaceId()];
  const rollups = rollupsOn(store.kv, { now, roller: { limits: LIMITS } });
  const calls = inventedNames(2);
  for (const call of calls) {
    await record(store.kv, one, [call]);
    await rollups.roller.rollAll(one);
  }

  await record(store.kv, all, calls);
  await rollups.roller.rollAll(all);

  assert.deepEqual(
    inOrder(await everything(rollups, one)),
    inOrder(await everything(rollups, all)),
  );
});

Deno.test("a day has bounds of its own, and its members and servers stay exact", async () => {
  using store = await memoryStore();
  const id = newWorkspaceId();
  const rollups = rollupsOn(store.kv, { now, builder: { limits: BLOCK_LIMITS } });
  const calls = inventedNames(3);
  await record(store.kv, id, calls);
  await rollups.roller.rollAll(id);

  await rollups.builder.buildDue();

  const rows = await everything(rollups, id);
  const named = rows.filter(({ tool }) => tool !== OTHER_TOOLS);
  assert.ok(named.length > 0 && named.length <= BLOCK_LIMITS.pairs);
  assert.ok(new Set(named.map(({ tool }) => tool)).size <= BLOCK_LIMITS.tools);
  for (const own of Map.groupBy(named, ({ tokenId }) => tokenId).values()) {
    assert.ok(own.length <= BLOCK_LIMITS.memberTools);
  }
  const byMember = { ...PERIOD, detail: "members", grain: "day" } as const;
  assert.deepEqual(await told(rollups.tallies, id, byMember), counted(calls, byMember));
});

Deno.test("an hour of thousands of rows with long names fits the store's limits", async () => {
  using store = await memoryStore();
  const id = newWorkspaceId();
  const rollups = rollupsOn(store.kv, { now });
  const calls = Array.from({ length: 1_200 }, (_, index) =>
    someCall({
      at: "2026-11-20T12:00:00.000Z",
      person: "名".repeat(100),
      method: "resources/read",
      tool: `${index % 2 === 0 ? "\u0001" : "界"}`.repeat(190) + index,
      durationMs: index * 7.3,
    }));
  await record(store.kv, id, calls);

  await rollups.roller.rollAll(id);
  await rollups.builder.buildDue();

  const query = { ...PERIOD, detail: "everything", grain: "whole" } as const;
  assert.deepEqual(await told(rollups.tallies, id, query), counted(calls, query));
});

/** The store, and how often records of each kind were read. */
function counting(kv: Deno.Kv) {
  const reads = new Map<string, number>();
  const note = ({ key }: Pick<Deno.KvEntryMaybe<unknown>, "key">) => {
    const kind = String(key[0]);
    reads.set(kind, 1 + (reads.get(kind) ?? 0));
  };
  const proxy = new Proxy(kv, {
    get(target, name) {
      if (name === "list") {
        return async function* (...args: Parameters<Deno.Kv["list"]>) {
          for await (const entry of target.list(...args)) {
            note(entry);
            yield entry;
          }
        };
      }
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { kv: proxy, calls: () => reads.get("calls") ?? 0 };
}

Deno.test("reports read the log only after the mark, and at edges inside an hour", async () => {
  using store = await memoryStore();
  const random = new SeededRandom(8);
  const make = callMaker(random);
  const id = newWorkspaceId();
  const seen = counting(store.kv);
  const rollups = rollupsOn(seen.kv, { now });
  const time = timesAround(random, new Date("2026-11-21T06:00:00.000Z"), 24);
  for (let pack = 0; pack < 50; pack++) {
    await record(store.kv, id, Array.from({ length: 10 }, () => make(time())));
  }
  await rollups.roller.rollAll(id);
  await rollups.builder.buildDue();
  const before = seen.calls();

  for (const detail of ["everything", "members", "tools", "total"] as const) {
    for (const grain of ["hour", "day", "whole"] as const) {
      await told(rollups.tallies, id, { ...PERIOD, detail, grain });
    }
  }
  assert.equal(seen.calls(), before);

  await record(store.kv, id, [make(time())]);
  await told(rollups.tallies, id, { ...PERIOD, detail: "total", grain: "whole" });
  assert.equal(seen.calls(), before + 1);
});

Deno.test("an edge inside an hour reads the log where that hour's calls are, and not between", async () => {
  using store = await memoryStore();
  const id = newWorkspaceId();
  const seen = counting(store.kv);
  const rollups = rollupsOn(seen.kv, { now });
  const hour = (minute: number) => someCall({ at: `2026-11-20T12:${minute}:00.000Z` });
  const other = someCall({ at: "2026-11-21T08:00:00.000Z" });
  const others = Array.from({ length: 6_000 }, () => other);
  const [early, late] = [[hour(10), hour(20)], [hour(30), hour(40)]];
  await record(store.kv, id, early, others, late);
  await rollups.roller.rollAll(id);
  const packs = seen.calls();

  const query = {
    from: new Date("2026-11-20T12:15:00.000Z"),
    to: new Date("2026-11-20T12:35:00.000Z"),
    detail: "everything",
    grain: "whole",
  } as const;
  assert.deepEqual(await told(rollups.tallies, id, query), counted([...early, ...late], query));
  assert.equal(seen.calls() - packs, 2);
});

Deno.test("the head of an hour fits a value, whatever names a hundred members invent", async () => {
  using store = await memoryStore();
  const hour = new HourSums(0, { generation: "1", expiresAt: "2027-01-01T00:00:00.000Z" });
  const serverId = newServerId();
  let counted = 0;
  for (let member = 0; member < 100; member++) {
    const who = { tokenId: newTokenId(), person: `Jürgen ${member}`, email: null };
    for (let name = 0; name < 200; name++) {
      const tool = `${name} ${"\u0001".repeat(195)}`;
      const at = "1970-01-01T00:10:00.000Z";
      const call = someCall({ ...who, serverId, server: "github", tool, at });
      hour.add(namedCall({ call, position: String(counted) }), ++counted);
    }
  }

  const { head, segments } = hour.changes();
  await store.kv.set(["head"], head);

  const rows = segments.flatMap(({ bytes }) => decodeRows(bytes, 0));
  assert.equal(rows.reduce((sum, { sums }) => sum + callsOf(sums), 0), 20_000);
});
