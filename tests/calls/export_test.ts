import { parse } from "csv-parse/sync";
import assert from "node:assert/strict";
import type { Call, CallView } from "../../core/calls/call.ts";
import { CallLog } from "../../core/calls/call_log.ts";
import { CallQueries } from "../../core/calls/call_queries.ts";
import { CallStreams, MAX_EXPORTS } from "../../core/calls/call_streams.ts";
import { exportCalls, type ExportFormat } from "../../core/calls/export_calls.ts";
import { findInTime } from "../../core/calls/find_in_time.ts";
import type { CallFilter } from "../../core/calls/call_filter.ts";
import type { WorkspaceId } from "../../core/ids.ts";
import { prefixes } from "../../core/kv/keys.ts";
import type { Signals } from "../../core/kv/signals.ts";
import { kept, REMOVED, someCall, workspaceIds } from "./_support.ts";

const NOW = new Date("2026-11-22T12:00:00.000Z");
const HOUR_MS = 60 * 60 * 1000;

function hoursAgo(hours: number): string {
  return new Date(NOW.getTime() - hours * HOUR_MS).toISOString();
}

/** A log with one pack for each group of calls. */
async function logOf(kv: Deno.Kv, id: WorkspaceId, groups: Partial<Call>[][]) {
  const log = new CallLog(kv);
  for (const group of groups) {
    await Promise.all(group.map((call) => log.record(kept(id), someCall(call))));
  }
  await log.close();
  return new CallQueries(kv, () => NOW);
}

function exported(
  calls: CallQueries,
  id: WorkspaceId,
  filter: CallFilter = {},
  format: ExportFormat = "jsonl",
): AsyncGenerator<string> {
  const workspace = { ...kept(id), slug: "backend" };
  return exportCalls({ calls, workspaces: REMOVED, now: () => NOW }, { workspace, format, filter });
}

async function linesOf(pieces: AsyncGenerator<string>) {
  const text = (await Array.fromAsync(pieces)).join("");
  assert.ok(text.endsWith("\n"));
  // deno-lint-ignore no-explicit-any
  return text.trimEnd().split("\n").map((line): any => JSON.parse(line));
}

Deno.test("an export has every call of its period once, the first committed first, and its end", async () => {
  using kv = await Deno.openKv(":memory:");
  const [id] = workspaceIds(1);
  const groups = [
    [{ tool: "too old", at: hoursAgo(9) }, { tool: "a", at: hoursAgo(8) }],
    [{ tool: "b", at: hoursAgo(5) }],
    // It arrived before the one above, and was over later.
    [{ tool: "c", at: hoursAgo(6), durationMs: 5 * HOUR_MS }, { tool: "d", at: hoursAgo(2) }],
    [{ tool: "too new", at: hoursAgo(1) }],
  ];
  const calls = await logOf(kv, id, groups);

  const filter = { from: new Date(hoursAgo(8)), to: new Date(hoursAgo(1)) };
  const lines = await linesOf(exported(calls, id, filter));
  const end = lines.pop();

  assert.deepEqual(lines.map(({ tool }) => tool), ["a", "b", "c", "d"]);
  assert.equal(new Set(lines.map((call: CallView) => call.id)).size, 4);
  const upTo = (await calls.lastPlace(id))?.versionstamp;
  assert.deepEqual(end, {
    end: { workspace: "backend", from: hoursAgo(8), to: hoursAgo(1), calls: 4, upTo },
  });
});

Deno.test("an export by member, tool, server and outcome has those alone", async () => {
  using kv = await Deno.openKv(":memory:");
  const [id] = workspaceIds(1);
  const wanted = {
    at: hoursAgo(1),
    person: "Alice Chen",
    email: "alice@example.com",
    tool: "a",
    server: "db",
  };
  const calls = await logOf(kv, id, [[
    { ...wanted, outcome: "refused", reason: "rate_limited" },
    { ...wanted, person: "Bob", email: null, outcome: "refused" },
    { ...wanted, tool: "b", outcome: "refused" },
    { ...wanted, server: "other", outcome: "refused" },
    { ...wanted, outcome: "ok" },
  ]]);

  for (const member of ["alice@example.com", "ALICE CHEN"]) {
    const filter: CallFilter = { member, tool: "db__a", server: "db", outcome: "refused" };
    const [call, ...rest] = await linesOf(exported(calls, id, filter));
    assert.equal(call.reason, "rate_limited");
    assert.equal(rest[0].end.calls, 1);
  }
});

Deno.test("an export shows nothing that is older than the retention of now, and an empty log ends, too", async () => {
  using kv = await Deno.openKv(":memory:");
  const [id, empty] = workspaceIds(2);
  const calls = await logOf(kv, id, [[{ at: hoursAgo(24 * 40) }], [{ at: hoursAgo(24 * 20) }]]);
  const workspace = { id, retentionDays: 30, slug: "backend" };

  const pieces = exportCalls({ calls, workspaces: REMOVED, now: () => NOW }, {
    workspace,
    format: "jsonl",
    filter: {},
  });
  const lines = await linesOf(pieces);

  assert.deepEqual(lines.map((line) => line.at), [hoursAgo(24 * 20), undefined]);
  assert.equal(lines[1].end.from, hoursAgo(24 * 30));
  const [{ end }] = await linesOf(exported(calls, empty));
  assert.deepEqual([end.calls, end.upTo], [0, null]);
});

Deno.test("an export during which the retention was made shorter has no end", async () => {
  using kv = await Deno.openKv(":memory:");
  const [id] = workspaceIds(1);
  const calls = await logOf(kv, id, [[{ at: hoursAgo(24 * 20) }]]);
  const workspace = { id, retentionDays: 30, slug: "backend" };
  const exportWith = async (retentionDays: number) => {
    const workspaces = { get: () => Promise.resolve({ retentionDays }) };
    const deps = { calls, workspaces, now: () => NOW };
    return await linesOf(exportCalls(deps, { workspace, format: "jsonl", filter: {} }));
  };

  for (const as of [30, 90]) assert.equal((await exportWith(as)).at(-1).end.calls, 1);
  await assert.rejects(exportWith(29), { code: "conflict" });
});

Deno.test("an export in CSV reads back, and no name is a formula", async () => {
  using kv = await Deno.openKv(":memory:");
  const [id] = workspaceIds(1);
  const tool = '=cmd|"/C calc"!A0,\nend,x';
  const calls = await logOf(kv, id, [[{
    at: hoursAgo(1),
    tool,
    person: 'O\'Neill, "Al"',
    server: null,
    serverId: null,
  }]]);

  const text = (await Array.fromAsync(exported(calls, id, {}, "csv"))).join("");
  const [columns, row, end, ...rest] = parse(text);

  assert.deepEqual(rest, []);
  const read = Object.fromEntries(columns.map((name, at) => [name, row[at]]));
  assert.deepEqual([read.tool, read.person, read.server], [`'${tool}`, 'O\'Neill, "Al"', ""]);
  assert.deepEqual([read.durationMs, read.reason, read.outcome], ["12.5", "", "ok"]);
  const period = {
    from: new Date(NOW.getTime() - 90 * 24 * HOUR_MS).toISOString(),
    to: hoursAgo(0),
  };
  const upTo = (await calls.lastPlace(id))?.versionstamp;
  assert.deepEqual(
    end.filter((cell: string) => cell !== ""),
    ["end", period.to, "1 calls", `from ${period.from}`, "of backend", `up to commit ${upTo}`],
  );
  assert.equal(end.length, columns.length);
});

Deno.test("what is committed while an export is read is not in it, and its end says so", async () => {
  using kv = await Deno.openKv(":memory:");
  const [id] = workspaceIds(1);
  const many = Array.from({ length: 120 }, (_, at) => [{ tool: `${at}`, at: hoursAgo(1) }]);
  const calls = await logOf(kv, id, many);
  const upTo = (await calls.lastPlace(id))?.versionstamp;

  const pieces = exported(calls, id);
  const first = (await pieces.next()).value;
  await logOf(kv, id, [[{ tool: "later", at: hoursAgo(1) }]]);
  const lines = await linesOf(async function* () {
    yield first;
    yield* pieces;
  }());

  assert.equal(lines.length, 121);
  assert.deepEqual(lines.at(-1).end.upTo, upTo);
});

Deno.test("an export holds as much of a long log as its reader takes, and a batch", async () => {
  using kv = await Deno.openKv(":memory:");
  const [id] = workspaceIds(1);
  const many = Array.from({ length: 600 }, (_, at) => [{ tool: `${at}`, at: hoursAgo(1) }]);
  await logOf(kv, id, many);
  let packs = 0;
  const counting = new Proxy(kv, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== "list") return typeof value === "function" ? value.bind(target) : value;
      return async function* (...args: Parameters<Deno.Kv["list"]>) {
        for await (const entry of target.list(...args)) {
          packs++;
          yield entry;
        }
      };
    },
  });
  const calls = new CallQueries(counting, () => NOW);
  const streams = new CallStreams({
    calls,
    workspaces: REMOVED,
    signals: {} as Signals,
    now: () => NOW,
  });
  const workspace = { ...kept(id), slug: "backend" };

  const of = { workspace, format: "jsonl" as const, filter: {} };
  const reader = streams.export(of, () => Promise.resolve(true)).getReader();
  for (let taken = 0; taken < 10; taken++) await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const held = packs;

  // Besides the packs that were taken: those by which the beginning was found.
  assert.ok(held <= 10 + 10, `${held} packs were read for 10 pieces`);
  await reader.cancel();
  await streams.close();
});

Deno.test("so many exports at once are read, and what runs is broken off at the end", async () => {
  using kv = await Deno.openKv(":memory:");
  const [id] = workspaceIds(1);
  const calls = await logOf(kv, id, [[{ at: hoursAgo(1) }]]);
  const streams = new CallStreams({
    calls,
    workspaces: REMOVED,
    signals: {} as Signals,
    now: () => NOW,
  });
  const of = { workspace: { ...kept(id), slug: "backend" }, format: "jsonl" as const, filter: {} };
  const open = () => streams.export(of, () => Promise.resolve(true));

  const readers = Array.from({ length: MAX_EXPORTS }, () => open().getReader());
  assert.throws(open, /4 exports of calls are open/);
  await readers[0].read();
  await streams.close();

  await assert.rejects(readers[0].read(), /Broke off exports/);
});

Deno.test("an export of calls that somebody damaged is broken off, and does not look whole", async () => {
  using kv = await Deno.openKv(":memory:");
  const [id] = workspaceIds(1);
  const calls = await logOf(kv, id, [[{ at: hoursAgo(2) }], [{ at: hoursAgo(1) }]]);
  for await (
    const { key, value } of kv.list<object>({ prefix: prefixes.calls(id) }, { limit: 1 })
  ) {
    await kv.set(key, { ...value, calls: new TextEncoder().encode("[{") });
  }
  const streams = new CallStreams({
    calls,
    workspaces: REMOVED,
    signals: {} as Signals,
    now: () => NOW,
  });
  const of = { workspace: { ...kept(id), slug: "backend" }, format: "jsonl" as const, filter: {} };

  await assert.rejects(new Response(streams.export(of, () => Promise.resolve(true))).text());
  await streams.close();
});

Deno.test("findInTime() finds the first place that is not older, in a few looks", async () => {
  const log = Array.from({ length: 5_000 }, (_, at) => ({
    versionstamp: (at * 977 + 13).toString(16).padStart(16, "0") + "0000",
    endedAt: new Date(NOW.getTime() + at * 1_000).toISOString(),
  }));
  let looks = 0;
  const firstFrom = (versionstamp: string) => {
    looks++;
    return Promise.resolve(log.find((each) => each.versionstamp >= versionstamp) ?? null);
  };
  const find = (time: string) =>
    findInTime(time, { first: log[0], last: log[log.length - 1], firstFrom });

  for (const at of [0, 1, 2, 777, 4_998, 4_999]) {
    assert.equal(await find(log[at].endedAt), log[at].versionstamp, `${at}`);
  }
  assert.equal(await find("2020-01-01T00:00:00.000Z"), log[0].versionstamp);
  assert.equal(await find("2030-01-01T00:00:00.000Z"), null);
  assert.ok(looks < 6 * 45, `${looks} looks`);
  assert.equal(await findInTime("2026", { first: null, last: null, firstFrom }), null);
});
