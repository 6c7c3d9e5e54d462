import assert from "node:assert/strict";
import { verifyAudit } from "../../core/audit/verify_audit.ts";
import { keys } from "../../core/kv/keys.ts";
import { injectSecret } from "../../core/secrets/inject_secret.ts";
import { openSecret } from "../../core/secrets/seal_secret.ts";
import { readKeyReport } from "../../core/secrets/read_key_report.ts";
import { open, seal } from "../../core/secrets/seal.ts";
import type { SealedSecret } from "../../core/secrets/secret.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { AddressRules } from "../../core/servers/address_rules.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { holdSealingKey } from "../../core/secrets/key_check_store.ts";
import type { ServerId } from "../../core/ids.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { SteeredKv } from "../calls/_support.ts";
import { type MemoryStore, memoryStore } from "../_support/store.ts";
import { type KeyProcess, NEW, OLD, startedWith } from "./_key_processes.ts";

Deno.test("a rotation seals every secret under the first key; values and versions stay", async () => {
  using store = await memoryStore();
  const ids = await withSecrets(await startedWith(store, OLD), 30);
  const next = await startedWith(store, NEW, OLD);
  const before = await stored(store, ids);

  await next.keyRotation.start(AN_ADMIN);
  await next.keyRotation.finished();

  const after = await stored(store, ids);
  assert.deepEqual(after.map(withoutSeal), before.map(withoutSeal));
  assert.ok(after.every(({ sealed }) => sealed?.keyId === NEW.id));
  for (const [at, secret] of after.entries()) {
    assert.equal((await openSecret(next.keyring, secret)).reveal(), `value ${at}`);
  }
});

Deno.test("a start without the old key is refused before a rotation is through, and works after it", async () => {
  using store = await memoryStore();
  await withSecrets(await startedWith(store, OLD), 3);
  const next = await startedWith(store, NEW, OLD);

  await assert.rejects(startedWith(store, NEW), { name: "ConfigError", message: /"default"/ });
  await next.keyRotation.start(AN_ADMIN);
  await next.keyRotation.finished();

  const alone = await startedWith(store, NEW);
  await setSecret(alone, AN_ADMIN, "server-0", "X-API-Key", { value: "another value" });
  assert.equal((await verifyAudit(alone.audit)).problem, null);
});

Deno.test("a rotation that was cut off goes on at the next start, by another process", async () => {
  using store = await memoryStore();
  const ids = await withSecrets(await startedWith(store, OLD), 40);
  const first = await startedWith(store, NEW, OLD);
  await first.keyRotation.start(AN_ADMIN);
  await first.keyRotation.close();
  const sealedBy = async (id: string) =>
    (await stored(store, ids)).filter(({ sealed }) => sealed?.keyId === id).length;
  assert.ok(await sealedBy(OLD.id) > 0, "it was cut off too late for this test");

  await assert.rejects(startedWith(store, NEW), { name: "ConfigError" });
  const second = await startedWith(store, NEW, OLD);
  await second.keyRotation.resume();
  await second.keyRotation.finished();

  assert.equal(await sealedBy(NEW.id), 40);
  await startedWith(store, NEW);
});

Deno.test("nothing goes on at a start when no rotation was begun", async () => {
  using store = await memoryStore();
  const ids = await withSecrets(await startedWith(store, OLD), 2);
  const next = await startedWith(store, NEW, OLD);

  await next.keyRotation.resume();
  await next.keyRotation.finished();

  assert.ok((await stored(store, ids)).every(({ sealed }) => sealed?.keyId === OLD.id));
});

Deno.test("several processes that rotate at once, beside writers, lose nothing", async () => {
  using store = await memoryStore();
  const ids = await withSecrets(await startedWith(store, OLD), 25);
  const processes = await Promise.all([1, 2, 3].map(() => startedWith(store, NEW, OLD)));

  const rotations = processes.map(async ({ keyRotation }) => {
    await keyRotation.start(AN_ADMIN);
    await keyRotation.finished();
  });
  const writers = [3, 7, 11].map((at) =>
    setSecret(processes[0], AN_ADMIN, `server-${at}`, "X-API-Key", { value: `changed ${at}` })
  );
  await Promise.all([...rotations, ...writers]);

  const after = await stored(store, ids);
  assert.ok(after.every(({ sealed }) => sealed?.keyId === NEW.id));
  for (const at of [3, 7, 11]) {
    assert.equal(after[at].version, 2);
    const value = await openSecret(processes[0].keyring, after[at]);
    assert.equal(value.reveal(), `changed ${at}`);
  }
  await startedWith(store, NEW);
});

Deno.test("a value that is set while its record is sealed again is not written over", async () => {
  using store = await memoryStore();
  const [id] = await withSecrets(await startedWith(store, OLD), 1);
  const next = await startedWith(store, NEW, OLD);
  const [record] = await Array.fromAsync(next.sealed.list());
  let looks = 0;

  await next.sealed.renew(record, new Date(), async ({ context, sealed }) => {
    const text = await open(next.keyring, context, sealed);
    looks++;
    if (looks === 1) {
      await setSecret(next, AN_ADMIN, "server-0", "X-API-Key", { value: "set meanwhile" });
    }
    return await seal(next.keyring, context, text ?? "");
  });

  const [secret] = await stored(store, [id]);
  assert.deepEqual([looks, secret.version], [2, 2]);
  assert.equal((await openSecret(next.keyring, secret)).reveal(), "set meanwhile");
});

Deno.test("a process that still seals with the old key changes nothing once it is retired, and says why", async () => {
  using store = await memoryStore();
  const stale = await startedWith(store, OLD);
  const [id] = await withSecrets(stale, 1);
  const next = await startedWith(store, NEW, OLD);
  await next.keyRotation.start(AN_ADMIN);
  await next.keyRotation.finished();

  const attempt = setSecret(stale, AN_ADMIN, "server-0", "X-API-Key", { value: "a new value" });

  await assert.rejects(attempt, {
    code: "conflict",
    message: /master key "default", which is being retired\. Restart it/,
  });
  const [secret] = await stored(store, [id]);
  assert.deepEqual([secret.version, secret.sealed?.keyId], [1, NEW.id]);
});

Deno.test("a commit that was prepared under the old key does not hold once that key is retired", async () => {
  using store = await memoryStore();
  await startedWith(store, OLD);
  const next = await startedWith(store, NEW, OLD);
  const prepared = store.kv.atomic().set(["something", "sealed"], "under the old key");
  await holdSealingKey(store.kv, prepared, OLD.id);

  await next.keyRotation.start(AN_ADMIN);
  await next.keyRotation.finished();

  assert.equal((await prepared.commit()).ok, false);
  await assert.rejects(holdSealingKey(store.kv, store.kv.atomic(), OLD.id), { code: "conflict" });
});

Deno.test("injectSecret() leaves no secret under a key that is being retired", async () => {
  using store = await memoryStore();
  const [id] = await withSecrets(await startedWith(store, OLD), 1);
  const next = await startedWith(store, NEW, OLD);

  await injectSecret(next, AN_ADMIN, "server-0", "X-API-Key", {
    rules: [{ kind: "query", name: "key" }],
  });

  const [secret] = await stored(store, [id]);
  assert.equal(secret.sealed?.keyId, NEW.id);
  assert.equal((await openSecret(next.keyring, secret)).reveal(), "value 0");
});

Deno.test("of two processes with different first keys, only the one started last may rotate", async () => {
  using store = await memoryStore();
  const other = await startedWith(store, OLD);
  await withSecrets(other, 1);
  const next = await startedWith(store, NEW, OLD);

  await assert.rejects(other.keyRotation.start(AN_ADMIN), {
    code: "conflict",
    message: /seals with the master key "default", but another was started later with "2027"/,
  });
  await next.keyRotation.start(AN_ADMIN);
  await next.keyRotation.finished();
});

Deno.test("a key that is chosen again while it is retired stays, and so does what it seals", async () => {
  using store = await memoryStore();
  const ids = await withSecrets(await startedWith(store, OLD), 20);
  const next = await startedWith(store, NEW, OLD);
  await next.keyRotation.start(AN_ADMIN);
  const back = await startedWith(store, OLD, NEW);
  await setSecret(back, AN_ADMIN, "server-0", "X-API-Key", { value: "sealed by the old key" });

  await next.keyRotation.finished();

  const checks = await back.keyChecks.list();
  assert.equal(checks.find(({ keyId }) => keyId === OLD.id)?.retiredAt, null);
  await assert.rejects(startedWith(store, NEW), { name: "ConfigError" });
  const [secret] = await stored(store, ids);
  assert.equal((await openSecret(back.keyring, secret)).reveal(), "sealed by the old key");
});

Deno.test("a rotation is through although another process holds the store now and then", async () => {
  using store = await memoryStore();
  await withSecrets(await startedWith(store, OLD), 3);
  const held = new SteeredKv(store.kv);
  const next = await startedWith({ ...store, kv: held.kv }, NEW, OLD);
  held.beforeCommit = (commit) => {
    if (commit % 2 === 0) throw new Error("database is locked");
  };

  await next.keyRotation.start(AN_ADMIN);
  await next.keyRotation.finished();

  const { keys } = await readKeyReport(next);
  assert.equal(keys.find(({ id }) => id === OLD.id)?.isRemovable, true);
});

Deno.test("a record that cannot be opened is named and keeps its key", async () => {
  using store = await memoryStore();
  const [id, other] = await withSecrets(await startedWith(store, OLD), 2);
  const [secret] = await stored(store, [id]);
  const sealed = { ...secret.sealed, nonce: "AAAAAAAAAAAAAAAA" };
  await store.kv.set(keys.secret(id, secret.name), { ...secret, sealed });
  const next = await startedWith(store, NEW, OLD);

  await next.keyRotation.start(AN_ADMIN);
  await next.keyRotation.finished();

  const report = await readKeyReport(next);
  assert.deepEqual(report.unreadable, [`secret "X-API-Key" of server ${id}`]);
  assert.equal(report.keys.find((key) => key.id === OLD.id)?.state, "retiring");
  assert.equal((await stored(store, [other]))[0].sealed?.keyId, NEW.id);
  assert.ok(next.lines.some((line) => /Cannot open secret "X-API-Key"/.test(line)));
  await assert.rejects(startedWith(store, NEW), { name: "ConfigError" });
});

Deno.test("the report says of each key what it holds and what to do next", async () => {
  using store = await memoryStore();
  const first = await startedWith(store, OLD);
  await withSecrets(first, 2);
  const alone = await readKeyReport(first);
  const next = await startedWith(store, NEW, OLD);
  const before = await readKeyReport(next);
  const stale = await readKeyReport(first);
  await next.keyRotation.start(AN_ADMIN);
  await next.keyRotation.finished();
  const after = await readKeyReport(next);

  assert.match(alone.next.join(), /^Nothing to do: everything is sealed under "default"/);
  assert.deepEqual(before.keys.map(({ id, state, sealed }) => [id, state, sealed]), [
    [NEW.id, "in use", 0],
    [OLD.id, "in use", 2],
  ]);
  assert.match(before.next.join(), /run: aerostack keys rotate/);
  assert.match(stale.next.join(), /restart all with the same AEROSTACK_MASTER_KEYS/);
  assert.deepEqual(after.keys.map(({ id, state, sealed }) => [id, state, sealed]), [
    [NEW.id, "in use", 2],
    [OLD.id, "retired", 0],
  ]);
  assert.deepEqual(after.keys.map(({ isRemovable }) => isRemovable), [false, true]);
  assert.equal(after.keys[1].sessionsUntil, "2026-11-29T09:30:00.000Z");
  assert.match(after.next.join(), /"default" can be taken out .* Before 2026-11-29/);
});

Deno.test("the audit log says that keys were rotated, once, and by whom", async () => {
  using store = await memoryStore();
  await startedWith(store, OLD);
  const next = await startedWith(store, NEW, OLD);

  await next.keyRotation.start(AN_ADMIN);
  await next.keyRotation.start(AN_ADMIN);
  await next.keyRotation.finished();

  const { items } = await next.audit.list({ limit: 10, cursor: null });
  assert.deepEqual(items.map(({ action, subject, changes }) => [action, subject, changes]), [
    ["keys.rotate", { key: NEW.id }, { retiring: { before: null, after: [OLD.id] } }],
  ]);
});

/** Servers with a secret each, sealed by this process. */
async function withSecrets(process: KeyProcess, amount: number): Promise<ServerId[]> {
  const addresses = new AddressRules({ allowPrivate: true });
  const ids: ServerId[] = [];
  for (let at = 0; at < amount; at++) {
    const input = { slug: `server-${at}`, name: `Server ${at}`, url: "http://127.0.0.1/sse" };
    const { id } = await registerServer({ ...process, addresses }, AN_ADMIN, input);
    ids.push(id);
    const value = `value ${at}`;
    await setSecret(process, AN_ADMIN, `server-${at}`, "X-API-Key", { value });
  }
  return ids;
}

async function stored({ kv }: MemoryStore, ids: readonly ServerId[]): Promise<SealedSecret[]> {
  const entries = await Promise.all(
    ids.map((id) => kv.get<SealedSecret>(keys.secret(id, "X-API-Key"))),
  );
  return entries.flatMap(({ value }) => value ?? []);
}

function withoutSeal({ sealed: _, ...rest }: SealedSecret) {
  return rest;
}
