import assert from "node:assert/strict";
import { keys, prefixes } from "../../core/kv/keys.ts";
import { newServerId } from "../../core/ids.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { removeServer } from "../../core/servers/remove_server.ts";
import { updateServer } from "../../core/servers/update_server.ts";
import { viewServer } from "../../core/servers/view_server.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import {
  AN_ADMIN,
  epochOf,
  someServer,
  someWorkspace,
  type TestCore,
  testCore,
} from "../_support/core.ts";

Deno.test("ServerStore.add() lets one of two racing writers take a slug", async () => {
  using core = await testCore();

  const outcomes = await Promise.allSettled([someServer(core), someServer(core)]);

  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  await assert.rejects(someServer(core), {
    code: "slug_taken",
    field: "slug",
    message: /"internal-api" exists already/,
  });
});

Deno.test("ServerStore.list() pages by slug, without gap or repetition", async () => {
  using core = await testCore();
  const slugs = ["a", "a-b", "a0", "b", "c", "d", "e"];
  for (const slug of slugs.toReversed()) await someServer(core, slug);

  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof core.servers.list>> = await core.servers
      .list({ limit: 3, cursor });
    seen.push(...page.items.map(({ slug }) => slug));
    cursor = page.nextCursor;
  } while (cursor !== null);

  assert.deepEqual(seen, slugs.toSorted());
});

Deno.test("ServerStore.list() goes on after a cursor whose server is gone", async () => {
  using core = await testCore();
  for (const slug of ["a", "b", "c"]) await someServer(core, slug);
  const first = await core.servers.list({ limit: 2, cursor: null });
  await removeServer(core, AN_ADMIN, "b", { force: false });

  const second = await core.servers.list({ limit: 2, cursor: first.nextCursor });

  assert.deepEqual(second.items.map(({ slug }) => slug), ["c"]);
  assert.equal(second.nextCursor, null);
});

Deno.test("ServerStore.findBySlug() knows nothing under what is no slug", async () => {
  using core = await testCore();

  for (const slug of ["", "Internal API", "x".repeat(5_000), "__proto__"]) {
    assert.equal(await core.servers.findBySlug(slug), null);
  }
});

Deno.test("ServerStore.add() refuses the 1,001st server", async () => {
  using core = await testCore();
  const atomic = core.kv.atomic();
  for (let at = 0; at < 1_000; at++) atomic.set(keys.serverBySlug(`s${at}`), newServerId());
  await atomic.commit();

  await assert.rejects(someServer(core), { code: "limit_reached", message: /1000 servers/ });
});

Deno.test("updateServer() changes what was given, and touches its workspaces", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const workspace = await someWorkspace(core);
  await installServer(core, AN_ADMIN, { workspace: "engineering", server: "internal-api" });
  const before = await epochOf(core, workspace.id);
  core.advance(1000);

  const url = "https://other.example.com/mcp";
  const updated = await updateServer(core, AN_ADMIN, "internal-api", { url });

  assert.deepEqual(updated, {
    ...server,
    externalUrl: url,
    updatedAt: core.now().toISOString(),
  });
  assert.deepEqual(await core.servers.get(server.id), updated);
  assert.equal(await epochOf(core, workspace.id), before + 1n);
});

Deno.test("updateServer() and registerServer() refuse a name that leads inside", async () => {
  using core = await testCore();
  const url = "https://rebound.example.com/mcp";
  await someServer(core);

  const input = { slug: "rebound", name: "Rebound", url };
  await assert.rejects(registerServer(core, AN_ADMIN, input), {
    field: "url",
    message: /10\.0\.0\.7/,
  });
  await assert.rejects(updateServer(core, AN_ADMIN, "internal-api", { url }), { field: "url" });
  await assert.rejects(updateServer(core, AN_ADMIN, "none", {}), {
    code: "not_found",
    message: /"none"/,
  });
});

Deno.test("removeServer() names the workspaces that use it, and asks for force", async () => {
  using core = await testCore();
  await someServer(core);
  await installIn(core, 7);

  await assert.rejects(removeServer(core, AN_ADMIN, "internal-api", { force: false }), {
    code: "in_use",
    message: /"w\d+".* and 2 more; .*--force/,
  });
  assert.notEqual(await core.servers.findBySlug("internal-api"), null);
});

Deno.test("removeServer() with force leaves no install behind, even of 500", async () => {
  using core = await testCore();
  const server = await someServer(core);
  await installIn(core, 500);
  const [{ id }] = (await core.workspaces.list({ limit: 1, cursor: null })).items;
  const before = await epochOf(core, id);

  await removeServer(core, AN_ADMIN, "internal-api", { force: true });

  assert.equal(await core.servers.findBySlug("internal-api"), null);
  assert.deepEqual(await core.installs.listByServer(server.id), []);
  assert.deepEqual(await Array.fromAsync(core.kv.list({ prefix: ["install"] })), []);
  assert.equal(await epochOf(core, id), before + 1n);
});

Deno.test("removeServer() spares a new server that took the slug meanwhile", async () => {
  using core = await testCore();
  const old = await someServer(core);
  await removeServer(core, AN_ADMIN, "internal-api", { force: false });
  const successor = await someServer(core);

  const { outcome } = await core.servers.remove(AN_ADMIN, old, true);

  assert.equal(outcome, "gone");
  assert.equal((await core.servers.findBySlug("internal-api"))?.id, successor.id);
});

Deno.test("the 501st install of a server is refused", async () => {
  using core = await testCore();
  const server = await someServer(core);
  await installIn(core, 500);
  await someWorkspace(core, "one-more");

  const wish = installServer(core, AN_ADMIN, { workspace: "one-more", server: "internal-api" });

  await assert.rejects(wish, { code: "limit_reached", message: /500 workspaces/ });
  assert.equal((await core.installs.listByServer(server.id)).length, 500);
});

Deno.test("viewServer() lists workspaces and secrets by name", async () => {
  using core = await testCore();
  const server = await someServer(core);
  await installIn(core, 2);

  const view = await viewServer(core, server);

  assert.deepEqual(view.workspaces, ["w0", "w1"]);
  assert.deepEqual(view.secrets, []);
  assert.equal(view.url, server.externalUrl);
});

Deno.test("a removed server leaves nothing in the store but epochs and the audit log", async () => {
  using core = await testCore();
  const server = await someServer(core);

  await removeServer(core, AN_ADMIN, "internal-api", { force: false });

  const left = await Array.fromAsync(core.kv.list({ prefix: [] }), ({ key }) => key[0]);
  assert.deepEqual(new Set(left), new Set(["audit", "audit_head"]));
  assert.deepEqual(
    await Array.fromAsync(core.kv.list({ prefix: prefixes.secrets(server.id) })),
    [],
  );
});

async function installIn(core: TestCore, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    await someWorkspace(core, `w${at}`);
    await installServer(core, AN_ADMIN, { workspace: `w${at}`, server: "internal-api" });
  }
}
