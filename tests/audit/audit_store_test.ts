import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { AuditStore } from "../../core/audit/audit_store.ts";
import { verifyAudit } from "../../core/audit/verify_audit.ts";
import { openStore } from "../../core/kv/open_store.ts";
import { Keyring } from "../../core/secrets/keyring.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { updateServer } from "../../core/servers/update_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { WorkspaceStore } from "../../core/workspaces/workspace_store.ts";
import { AN_ADMIN, coreOn, someServer, someWorkspace, START, testCore } from "../_support/core.ts";

const CHILD = fileURLToPath(new URL("./_children/writer.ts", import.meta.url));

Deno.test("an entry says who did what to what, when, and what changed", async () => {
  using core = await testCore();
  const server = await someServer(core);

  await updateServer(core, AN_ADMIN, server.slug, { name: "New name", maxConcurrent: 7 });

  const { items: [entry] } = await core.audit.list({ limit: 1, cursor: null });
  assert.equal(entry.seq, 2);
  assert.equal(entry.at, START.toISOString());
  assert.deepEqual(entry.actor, AN_ADMIN);
  assert.equal(entry.action, "server.update");
  assert.deepEqual(entry.subject, { server: "internal-api", serverId: server.id });
  assert.deepEqual(entry.changes, {
    name: { before: "Server internal-api", after: "New name" },
    maxConcurrent: { before: 100, after: 7 },
  });
});

Deno.test("a secret's value is in no entry: not whole, not in part, not as a length", async () => {
  using core = await testCore();
  await someServer(core);
  const value = "sk-live-0123456789abcdef";

  await setSecret(core, AN_ADMIN, "internal-api", "API_KEY", { value });
  await setSecret(core, AN_ADMIN, "internal-api", "API_KEY", { value: `${value}2` });

  const { items } = await core.audit.list({ limit: 2, cursor: null });
  assert.deepEqual(items[0].changes, { version: { before: 1, after: 2 } });
  // An id is random, and may have any digits.
  const shown = items.map(({ changes, subject: { serverId: _, ...subject } }) => ({
    changes,
    subject,
  }));
  const text = JSON.stringify(shown);
  for (const part of [value, "sk-live", "sk-", "cdef", "24", "25", "ciphertext", "nonce"]) {
    assert.ok(!text.includes(part), part);
  }
});

Deno.test("a change that is refused, or that changes nothing, has no entry", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const { id } = await createToken(core, AN_ADMIN, "engineering", { name: "Alice Chen" });
  await revokeToken(core, AN_ADMIN, "engineering", id);
  const before = await verifyAudit(core.audit);

  await revokeToken(core, AN_ADMIN, "engineering", id);
  await assert.rejects(someWorkspace(core), { code: "slug_taken" });

  assert.deepEqual(await verifyAudit(core.audit), before);
});

Deno.test("a change and its entry are one commit: neither is there without the other", async () => {
  using core = await testCore();
  const rival = new AuditStore(core.kv, core);
  const draft = { action: "test.update", subject: {} };
  const key = ["test"];
  let attempts = 0;

  await core.audit.commit(AN_ADMIN, "change", async () => {
    attempts += 1;
    const stored = await core.kv.get(key);
    assert.equal(stored.value, null);
    // Another process is first, with a change of something else.
    if (attempts === 1) {
      await someWorkspace({ ...core, workspaces: new WorkspaceStore(core.kv, rival) });
    }
    return { atomic: core.kv.atomic().check(stored).set(key, 1), result: null, entry: draft };
  });
  const late = core.audit.commit(AN_ADMIN, "change", () => {
    attempts += 1;
    if (attempts === 5) throw new Error("enough");
    const atomic = core.kv.atomic().check({ key, versionstamp: null }).set(key, 2);
    return Promise.resolve({ atomic, result: null, entry: draft });
  });

  await assert.rejects(late, { message: "enough" });
  assert.equal((await core.kv.get(key)).value, 1);
  const { items } = await core.audit.list({ limit: 10, cursor: null });
  assert.deepEqual(items.map(({ action }) => action), ["test.update", "workspace.create"]);
});

Deno.test("50 changes at once in each of two processes all succeed, and the chain holds", async () => {
  const folder = await Deno.makeTempDir({ prefix: "aerostack_audit_" });
  const path = `${folder}/kv.sqlite3`;
  try {
    const store = await openStore(path);
    using core = coreOn({ ...store, [Symbol.dispose]: () => store.close() });
    await someWorkspace(core);
    const children = ["a", "b"].map((name) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", CHILD, path, name, "50"],
        stdout: "piped",
        stderr: "piped",
      }).output()
    );

    for (const { code, stderr } of await Promise.all(children)) {
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    }

    const verified = await verifyAudit(core.audit);
    assert.deepEqual([verified.problem, verified.count], [null, 101]);
    const workspace = await core.workspaces.findBySlug("engineering");
    assert.ok(workspace !== null);
    assert.equal((await core.tokens.listAll(workspace.id)).length, 50);
    const { items } = await core.workspaces.list({ limit: 200, cursor: null });
    assert.equal(items.length, 51);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the log is listed newest first, page by page", async () => {
  using core = await testCore();
  for (let at = 1; at <= 12; at++) await someWorkspace(core, `w${at}`);

  const seqs: number[][] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<AuditStore["list"]>> = await core.audit.list({
      limit: 5,
      cursor,
    });
    seqs.push(page.items.map(({ seq }) => seq));
    cursor = page.nextCursor;
  } while (cursor !== null);

  assert.deepEqual(seqs, [[12, 11, 10, 9, 8], [7, 6, 5, 4, 3], [2, 1]]);
});

Deno.test("the log is filtered by who, by what, and by what to", async () => {
  using core = await testCore();
  const alice = { ...AN_ADMIN, kind: "token" as const, id: "adm_alice", name: "Alice" };
  await someWorkspace(core);
  await someWorkspace(core, "sales");
  const token = await createToken(core, alice, "sales", { name: "Bob" });
  await revokeToken(core, AN_ADMIN, "sales", token.id);

  const found = async (filter: Parameters<AuditStore["list"]>[1]) => {
    const { items } = await core.audit.list({ limit: 10, cursor: null }, filter);
    return items.map(({ seq }) => seq);
  };
  assert.deepEqual(await found({ actor: "Alice" }), [3]);
  assert.deepEqual(await found({ actor: "adm_alice" }), [3]);
  assert.deepEqual(await found({ action: "token" }), [4, 3]);
  assert.deepEqual(await found({ action: "token.revoke" }), [4]);
  assert.deepEqual(await found({ subject: "sales" }), [4, 3, 2]);
  assert.deepEqual(await found({ subject: "sales", action: "workspace" }), [2]);
  assert.deepEqual(await found({ subject: "none" }), []);
});

Deno.test("the audit log of a store outlives the exchange of its master key", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const now = core.now;

  const both = new AuditStore(core.kv, { keyring: keyringOf("next", "default"), now });
  const after = new AuditStore(core.kv, { keyring: keyringOf("next"), now });
  const before = await verifyAudit(after);
  const workspaces = new WorkspaceStore(core.kv, both);
  await createWorkspace({ workspaces, now }, AN_ADMIN, { slug: "sales" });

  assert.match(before.problem?.message ?? "", /master key "default", which is not loaded/);
  for (const audit of [both, after]) {
    assert.equal((await verifyAudit(audit)).problem, null);
  }
});

Deno.test("a process without the key that sealed the log's end changes nothing, and says why", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const audit = new AuditStore(core.kv, { keyring: keyringOf("next"), now: core.now });
  const workspaces = new WorkspaceStore(core.kv, audit);

  const attempt = createWorkspace({ workspaces, now: core.now }, AN_ADMIN, { slug: "sales" });

  await assert.rejects(attempt, { message: /master key "default", which this process has not/ });
  assert.equal(await core.workspaces.findBySlug("sales"), null);
});

/** Master keys by their ids, each with bytes of its own; "default" is that of every test. */
function keyringOf(...ids: string[]): Keyring {
  return new Keyring(ids.map((id) => {
    return { id, bytes: new Uint8Array(32).fill(id === "default" ? 1 : 2) };
  }));
}
