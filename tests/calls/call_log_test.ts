import assert from "node:assert/strict";
import { CallLog } from "../../core/calls/call_log.ts";
import { CallPack, unpackCalls } from "../../core/calls/call_pack.ts";
import type { Call } from "../../core/calls/call.ts";
import { GatewayError } from "../../core/errors.ts";
import type { WorkspaceId } from "../../core/ids.ts";
import { prefixes } from "../../core/kv/keys.ts";
import { kept, someCall, SteeredKv, workspaceIds } from "./_support.ts";

Deno.test("CallLog.record() resolves when the call is in the store", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const log = new CallLog(kv);
  const call = someCall();

  await log.record(kept(workspace), call);

  assert.deepEqual(await storedCalls(kv, workspace), [call]);
  await log.close();
});

Deno.test("CallLog.record() keeps the order of a workspace's calls, through packs and commits", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const log = new CallLog(kv);
  const calls = Array.from({ length: 1500 }, (_, index) => someCall({ tool: `tool ${index}` }));

  await Promise.all(calls.map((call) => log.record(kept(workspace), call)));

  const stored = await storedCalls(kv, workspace);
  assert.deepEqual(stored.map((call) => call.tool), calls.map((call) => call.tool));
  assert.ok((await storedPacks(kv, workspace)).length > 1);
});

Deno.test("CallLog.record() puts the calls that came during a commit into the next one", async () => {
  using real = await Deno.openKv(":memory:");
  const [alpha, beta] = workspaceIds(2);
  const steered = new SteeredKv(real);
  const log = new CallLog(steered.kv);
  const gate = Promise.withResolvers<void>();
  steered.beforeCommit = (commit) => commit === 1 ? gate.promise : undefined;

  const first = log.record(kept(alpha), someCall());
  await turn();
  const others = Array.from(
    { length: 40 },
    (_, index) => log.record(kept(index % 2 === 0 ? alpha : beta), someCall()),
  );
  gate.resolve();
  await Promise.all([first, ...others]);

  assert.equal(steered.commits, 2);
  assert.equal((await storedPacks(real, alpha)).length, 2);
  assert.equal((await storedPacks(real, beta)).length, 1);
});

Deno.test("CallLog.record() stays within the limits of a value and a commit", async () => {
  using real = await Deno.openKv(":memory:");
  const steered = new SteeredKv(real);
  const log = new CallLog(steered.kv);
  const workspaces = workspaceIds(700);
  const large = { tool: "文".repeat(200), person: "é".repeat(100), email: "\0".repeat(254) };

  await Promise.all(workspaces.flatMap((workspace) => {
    return Array.from({ length: 10 }, () => log.record(kept(workspace), someCall(large)));
  }));
  await Promise.all(
    Array.from({ length: 3000 }, () => log.record(kept(workspaces[0]), someCall(large))),
  );

  const packs = await Promise.all(workspaces.map((workspace) => storedPacks(real, workspace)));
  assert.ok(packs.flat().every((pack) => pack.calls.length <= 48 * 1024));
  assert.equal((await storedCalls(real, workspaces[0])).length, 3010);
  assert.ok(packs.every((own) => own.flatMap(unpackCalls).length >= 10));
});

Deno.test("CallLog.record() lets no workspace wait for ever behind busier ones", async () => {
  using real = await Deno.openKv(":memory:");
  const steered = new SteeredKv(real);
  const log = new CallLog(steered.kv);
  const busy = workspaceIds(20);
  const [quiet] = workspaceIds(1);
  const large = { tool: "\0".repeat(200) };

  const records = busy.flatMap((workspace) => {
    return Array.from({ length: 200 }, () => log.record(kept(workspace), someCall(large)));
  });
  let commitsUntilQuiet = 0;
  const quietRecord = log.record(kept(quiet), someCall()).then(() => {
    commitsUntilQuiet = steered.commits;
  });
  await Promise.all([...records, quietRecord]);

  assert.ok(steered.commits > 4, `${steered.commits} commits`);
  assert.ok(commitsUntilQuiet <= 2, `${commitsUntilQuiet} commits until the quiet one`);
});

Deno.test("CallLog.record() rejects the calls of a commit that failed, and no others", async () => {
  using real = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const steered = new SteeredKv(real);
  const log = new CallLog(steered.kv);
  const gate = Promise.withResolvers<void>();
  steered.beforeCommit = async (commit) => {
    if (commit === 1) await gate.promise;
    if (commit === 2) throw new Error("disk on fire");
  };

  const before = log.record(kept(workspace), someCall({ tool: "before" }));
  await turn();
  const during = Promise.allSettled(
    ["one", "two"].map((tool) => log.record(kept(workspace), someCall({ tool }))),
  );
  gate.resolve();
  await before;
  const failed = await during;
  await log.record(kept(workspace), someCall({ tool: "after" }));

  assert.deepEqual(failed.map((outcome) => outcome.status), ["rejected", "rejected"]);
  const stored = await storedCalls(real, workspace);
  assert.deepEqual(stored.map((call) => call.tool), ["before", "after"]);
});

Deno.test("CallLog.record() tries again when another process held the store", async () => {
  using real = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const steered = new SteeredKv(real);
  const log = new CallLog(steered.kv);
  steered.beforeCommit = (commit) => {
    if (commit <= 3) throw new TypeError("database is locked");
  };

  await log.record(kept(workspace), someCall());

  assert.equal((await storedCalls(real, workspace)).length, 1);
});

Deno.test("CallLog.record() takes no more refusals than may wait, what was done before, and all again later", async () => {
  using real = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const steered = new SteeredKv(real);
  const log = new CallLog(steered.kv);
  const gate = Promise.withResolvers<void>();
  steered.beforeCommit = () => gate.promise;

  const refused = someCall({ outcome: "refused", reason: "invalid_request" });
  const waiting = Array.from({ length: 10_000 }, () => log.record(kept(workspace), refused));
  const isFull = log.isFull;
  await assert.rejects(log.record(kept(workspace), refused), hasCode("too_many"));
  const done = Array.from({ length: 2_000 }, () => log.record(kept(workspace), someCall()));
  await assert.rejects(log.record(kept(workspace), someCall()), hasCode("too_many"));
  gate.resolve();
  await Promise.all([...waiting, ...done]);
  await log.record(kept(workspace), refused);

  assert.equal(isFull, true);
  assert.equal(log.isFull, false);
  assert.equal((await storedCalls(real, workspace)).length, 12_001);
});

Deno.test("CallLog.close() commits what waits and refuses what comes later", async () => {
  using kv = await Deno.openKv(":memory:");
  const workspaces = workspaceIds(3);
  const log = new CallLog(kv);

  const records = Promise.all(
    workspaces.map((workspace) => log.record(kept(workspace), someCall())),
  );
  await log.close();
  const stored = await Promise.all(workspaces.map((workspace) => storedCalls(kv, workspace)));

  await assert.rejects(log.record(kept(workspaces[0]), someCall()), hasCode("shutting_down"));
  assert.deepEqual(stored.map((calls) => calls.length), [1, 1, 1]);
  await records;
  await log.close();
});

Deno.test("CallLog.record() cuts long texts and never keeps half a character", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const log = new CallLog(kv);

  await log.record(
    kept(workspace),
    someCall({ tool: `${"a".repeat(199)}🎈tail`, person: "P".repeat(900) }),
  );

  const [stored] = await storedCalls(kv, workspace);
  assert.equal(stored.tool, "a".repeat(199));
  assert.equal(stored.person, "P".repeat(100));
});

Deno.test("CallLog.record() keeps the fields of a call and nothing else", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const log = new CallLog(kv);
  const careless = { ...someCall(), arguments: { password: "hunter2" }, result: "hunter2" };

  await log.record(kept(workspace), careless);

  for (const pack of await storedPacks(kv, workspace)) {
    assert.ok(!new TextDecoder().decode(pack.calls).includes("hunter2"));
  }
});

Deno.test("CallLog.record() refuses what could not be read back, and harms no call beside it", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const log = new CallLog(kv);

  const outcomes = await Promise.allSettled([
    log.record(kept(workspace), someCall({ tool: "before" })),
    log.record(kept(workspace), someCall({ durationMs: NaN })),
    log.record(kept(workspace), someCall({ at: "yesterday" })),
    log.record(kept(workspace), someCall({ tool: "after", durationMs: 1e300 })),
  ]);

  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ["fulfilled", "rejected", "rejected", "fulfilled"],
  );
  const stored = await storedCalls(kv, workspace);
  assert.deepEqual(stored.map((call) => call.tool), ["before", "after"]);
});

async function storedPacks(kv: Deno.Kv, workspace: WorkspaceId): Promise<CallPack[]> {
  const packs: CallPack[] = [];
  for await (const { value } of kv.list({ prefix: prefixes.calls(workspace) })) {
    packs.push(CallPack.parse(value));
  }
  return packs;
}

async function storedCalls(kv: Deno.Kv, workspace: WorkspaceId): Promise<Call[]> {
  return (await storedPacks(kv, workspace)).flatMap(unpackCalls);
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof GatewayError && error.code === code;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
