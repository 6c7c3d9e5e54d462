import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type ArgumentPart, unpackArguments } from "../../core/arguments/argument_pack.ts";
import { ArgumentSeal } from "../../core/arguments/argument_seal.ts";
import { type CallPack, unpackCalls } from "../../core/calls/call_pack.ts";
import { CallLog } from "../../core/calls/call_log.ts";
import type { WorkspaceId } from "../../core/ids.ts";
import { keys, prefixes } from "../../core/kv/keys.ts";
import { someCall, SteeredKv, workspaceIds } from "../calls/_support.ts";
import { startProcess } from "../_support/child_process.ts";
import { eventually } from "../_support/eventually.ts";
import { tempStore } from "../_support/temp_store.ts";

const SCRIPT = fileURLToPath(import.meta.resolve("./_children/record_arguments.ts"));

function sealOf(workspaceId: WorkspaceId, id = "ark_1"): ArgumentSeal {
  return new ArgumentSeal({ id, workspaceId }, new Uint8Array(32).fill(7));
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Every call of a workspace with what is kept of it, oldest first. */
async function stored(kv: Deno.Kv, workspace: WorkspaceId, seals: readonly ArgumentSeal[]) {
  const calls: { tool: string; kept: unknown; keyId: string | null }[] = [];
  for await (const entry of kv.list<CallPack>({ prefix: prefixes.calls(workspace) })) {
    const versionstamp = String(entry.key.at(-1));
    const places = [0, 1, 2, 3, 4].map((part) => keys.callArguments(workspace, part, versionstamp));
    const entries = await kv.getMany<ArgumentPart[]>(places);
    const parts = entries.flatMap(({ value }) => value ?? []);
    const seal = seals.find(({ keyId }) => keyId === parts[0]?.keyId);
    const kept = seal === undefined ? null : unpackArguments(seal, entry.value.calls, parts);
    assert.equal(kept === null, parts.length === 0, "arguments that do not open");
    unpackCalls(entry.value).forEach(({ tool }, at) => {
      calls.push({ tool, kept: kept?.[at] ?? null, keyId: parts[0]?.keyId ?? null });
    });
  }
  return calls;
}

Deno.test("what is kept of a call is committed with its record, and only where something is", async () => {
  using real = await Deno.openKv(":memory:");
  const steered = new SteeredKv(real);
  const log = new CallLog(steered.kv);
  const [keeping, other] = workspaceIds(2).map((id) => ({ id, retentionDays: 90 }));
  const seal = sealOf(keeping.id);

  await Promise.all([
    log.record(keeping, someCall({ tool: "one" }), { seal, json: json({ a: 1 }) }),
    log.record(keeping, someCall({ tool: "two" })),
    log.record(other, someCall({ tool: "three" })),
  ]);

  assert.equal(steered.commits, 1);
  assert.deepEqual(await stored(real, keeping.id, [seal]), [
    { tool: "one", kept: { a: 1 }, keyId: "ark_1" },
    { tool: "two", kept: null, keyId: "ark_1" },
  ]);
  assert.deepEqual(await stored(real, other.id, []), [{ tool: "three", kept: null, keyId: null }]);
  assert.equal((await Array.fromAsync(real.list({ prefix: ["call_arguments"] }))).length, 1);
});

Deno.test("a commit that fails leaves neither the record nor what is kept of it", async () => {
  using real = await Deno.openKv(":memory:");
  const steered = new SteeredKv(real);
  const log = new CallLog(steered.kv);
  const [id] = workspaceIds(1);
  steered.beforeCommit = () => Promise.reject(new Error("the disk is full"));

  const kept = { seal: sealOf(id), json: json({ a: 1 }) };
  await assert.rejects(log.record({ id, retentionDays: 90 }, someCall(), kept), /disk is full/);

  assert.deepEqual(await Array.fromAsync(real.list({ prefix: [] })), []);
});

Deno.test("calls of both sides of a purge are packed apart, in their order", async () => {
  using kv = await Deno.openKv(":memory:");
  const log = new CallLog(kv);
  const [id] = workspaceIds(1);
  const seals = [sealOf(id, "ark_1"), sealOf(id, "ark_2")];
  const order = [0, 0, null, 1, 1, null, 0];

  await Promise.all(order.map((at, tool) => {
    const kept = at === null ? null : { seal: seals[at], json: json({ tool }) };
    return log.record({ id, retentionDays: 90 }, someCall({ tool: `${tool}` }), kept);
  }));

  const calls = await stored(kv, id, seals);
  assert.deepEqual(calls.map(({ tool }) => Number(tool)), order.map((_, at) => at));
  assert.deepEqual(
    calls.map(({ kept }) => kept),
    order.map((at, tool) => at === null ? null : { tool }),
  );
  const sealedWith = calls.filter(({ kept }) => kept !== null).map(({ keyId }) => keyId);
  assert.deepEqual(sealedWith, order.flatMap((at) => at === null ? [] : [seals[at].keyId]));
});

Deno.test("much of arguments stays within the limits of a value and a commit", async () => {
  using kv = await Deno.openKv(":memory:");
  const log = new CallLog(kv);
  const workspaces = workspaceIds(4);
  const text = "x".repeat(16_000);

  await Promise.all(workspaces.flatMap((id) => {
    const seal = sealOf(id);
    return Array.from({ length: 60 }, (_, at) => {
      const kept = { seal, json: json({ at, text }) };
      return log.record({ id, retentionDays: 90 }, someCall({ tool: `${at}` }), kept);
    });
  }));

  for (const id of workspaces) {
    const calls = await stored(kv, id, [sealOf(id)]);
    assert.deepEqual(
      calls.map(({ tool, kept }) => [tool, Object(kept).at]),
      [...Array(60).keys()].map((at) => [`${at}`, at]),
    );
  }
});

Deno.test("a kill leaves no record without what is kept of it, and nothing kept without its record", async () => {
  using temp = await tempStore();
  const [id] = workspaceIds(1);
  const seal = sealOf(id);

  for (let round = 1; round <= 3; round++) {
    await using child = await startProcess({
      args: ["run", "-A", SCRIPT, temp.path, id, `${round}`],
      ready: /^ready$/,
    });
    await eventually("calls on the record", () => child.lines.length > 200);
    await child.end("SIGKILL");
  }

  const calls = await stored(temp.store.kv, id, [seal]);
  assert.ok(calls.length > 600, `${calls.length} calls`);
  assert.deepEqual(calls.filter(({ tool, kept }) => Object(kept).tool !== tool), []);
  const packs = await versionstamps(temp.store.kv, ["calls", id]);
  assert.deepEqual(await versionstamps(temp.store.kv, ["call_arguments", id]), packs);
});

async function versionstamps(kv: Deno.Kv, prefix: Deno.KvKey): Promise<string[]> {
  const entries = await Array.fromAsync(kv.list({ prefix }));
  return [...new Set(entries.map(({ key }) => String(key.at(-1))))].sort();
}
