import assert from "node:assert/strict";
import { injectSecret } from "../../core/secrets/inject_secret.ts";
import { removeSecret } from "../../core/secrets/remove_secret.ts";
import { openSecret } from "../../core/secrets/seal_secret.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { viewSecret } from "../../core/secrets/view_secret.ts";
import { removeServer } from "../../core/servers/remove_server.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { epochOf, someServer, someWorkspace, testCore } from "../_support/core.ts";

const SLUG = "internal-api";
const SLUGS = { workspace: "engineering", server: SLUG };

Deno.test("setSecret() injects a new secret as a header of its own name", async () => {
  using core = await testCore();
  await someServer(core);

  const secret = await setSecret(core, SLUG, "X-API-Key", { value: "one" });

  assert.deepEqual(secret.injection, { kind: "header", name: "X-API-Key" });
  assert.equal(secret.version, 1);
  assert.equal((await openSecret(core.keyring, secret)).reveal(), "one");
});

Deno.test("setSecret() counts the version up, keeps the rule, and forgets the old value", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const injection = { kind: "query" as const, name: "key" };
  await setSecret(core, SLUG, "KEY", { value: "one", injection });
  core.advance(1000);

  const second = await setSecret(core, SLUG, "KEY", { value: "two" });

  const [stored, ...rest] = await core.secrets.list(server.id);
  assert.deepEqual(rest, []);
  assert.deepEqual(stored, second);
  assert.equal(second.version, 2);
  assert.deepEqual(second.injection, injection);
  assert.ok(second.updatedAt > second.createdAt);
  assert.equal((await openSecret(core.keyring, stored)).reveal(), "two");
});

Deno.test("setSecret() lets racing writers each have a version", async () => {
  using core = await testCore();
  const server = await someServer(core);

  const stored = await Promise.all(
    ["a", "b", "c", "d", "e"].map((value) => setSecret(core, SLUG, "KEY", { value })),
  );

  assert.deepEqual(stored.map(({ version }) => version).sort(), [1, 2, 3, 4, 5]);
  assert.equal((await core.secrets.get(server.id, "KEY"))?.version, 5);
});

Deno.test("setSecret() lets one of two racing secrets take a header", async () => {
  using core = await testCore();
  await someServer(core);
  const injection = { kind: "header" as const, name: "X-API-Key" };

  const outcomes = await Promise.allSettled(
    ["ONE", "TWO"].map((name) => setSecret(core, SLUG, name, { value: "v", injection })),
  );

  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
});

Deno.test("setSecret() refuses the 21st secret of a server, and still replaces one", async () => {
  using core = await testCore();
  await someServer(core);
  for (let at = 0; at < 20; at++) await setSecret(core, SLUG, `KEY-${at}`, { value: "v" });

  await assert.rejects(setSecret(core, SLUG, "KEY-20", { value: "v" }), { code: "limit_reached" });
  assert.equal((await setSecret(core, SLUG, "KEY-19", { value: "w" })).version, 2);
});

Deno.test("setSecret() refuses a name that the protocol owns, unless a rule sends it elsewhere", async () => {
  using core = await testCore();
  await someServer(core);
  const injection = { kind: "header" as const, name: "X-Host-Key" };

  await assert.rejects(setSecret(core, SLUG, "Host", { value: "v" }), { field: "name" });
  await setSecret(core, SLUG, "Host", { value: "v", injection });
});

Deno.test("setSecret(), injectSecret() and removeSecret() touch every workspace of the server", async () => {
  using core = await testCore();
  await someServer(core);
  const workspaces = [await someWorkspace(core), await someWorkspace(core, "sales")];
  for (const { slug } of workspaces) {
    await installServer(core, { workspace: slug, server: SLUG });
  }
  const epochs = () => Promise.all(workspaces.map(({ id }) => epochOf(core, id)));
  const [a, b] = await epochs();

  await setSecret(core, SLUG, "KEY", { value: "v" });
  assert.deepEqual(await epochs(), [a + 1n, b + 1n]);
  await injectSecret(core, SLUG, "KEY", { kind: "query", name: "key" });
  assert.deepEqual(await epochs(), [a + 2n, b + 2n]);
  await removeSecret(core, SLUG, "KEY", { force: true });
  assert.deepEqual(await epochs(), [a + 3n, b + 3n]);
});

Deno.test("SecretStore.put() touches a workspace that installs the server at that moment", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const workspace = await someWorkspace(core);
  const secret = await setSecret(core, SLUG, "KEY", { value: "v" });
  const before = await epochOf(core, workspace.id);
  let looks = 0;

  await core.secrets.put(server.id, async () => {
    if (looks++ === 0) await installServer(core, SLUGS);
    return secret;
  });

  assert.equal(looks, 2);
  assert.equal(await epochOf(core, workspace.id), before + 2n);
});

Deno.test("injectSecret() keeps value and version", async () => {
  using core = await testCore();
  await someServer(core);
  await setSecret(core, SLUG, "KEY", { value: "one" });

  const changed = await injectSecret(core, SLUG, "KEY", { kind: "header", name: "X-API-Key" });

  assert.equal(changed.version, 1);
  assert.deepEqual(changed.injection, { kind: "header", name: "X-API-Key" });
  assert.equal((await openSecret(core.keyring, changed)).reveal(), "one");
});

Deno.test("injectSecret() refuses a header for a stored value that no header carries", async () => {
  using core = await testCore();
  await someServer(core);
  const injection = { kind: "query" as const, name: "key" };
  await setSecret(core, SLUG, "KEY", { value: "ключ", injection });

  const wish = injectSecret(core, SLUG, "KEY", { kind: "header", name: "X-API-Key" });

  await assert.rejects(wish, (error: Error) => !error.message.includes("ключ"));
  await assert.rejects(
    injectSecret(core, SLUG, "NONE", { kind: "header", name: "X-API-Key" }),
    { code: "not_found", message: /"NONE"/ },
  );
});

Deno.test("removeSecret() names the workspaces that use it, and removes it with force", async () => {
  using core = await testCore();
  const server = await someServer(core);
  await someWorkspace(core);
  await installServer(core, SLUGS);
  await setSecret(core, SLUG, "KEY", { value: "v" });

  await assert.rejects(removeSecret(core, SLUG, "KEY", { force: false }), {
    code: "in_use",
    message: /"engineering".*--force/,
  });
  await removeSecret(core, SLUG, "KEY", { force: true });

  assert.deepEqual(await core.secrets.list(server.id), []);
  await assert.rejects(removeSecret(core, SLUG, "KEY", { force: true }), { code: "not_found" });
});

Deno.test("a removed server takes its secrets along", async () => {
  using core = await testCore();
  const server = await someServer(core);
  await setSecret(core, SLUG, "KEY", { value: "v" });

  await removeServer(core, SLUG, { force: false });

  assert.deepEqual(await core.secrets.list(server.id), []);
  await assert.rejects(setSecret(core, SLUG, "KEY", { value: "v" }), { code: "not_found" });
});

Deno.test("viewSecret() shows neither value nor ciphertext", async () => {
  using core = await testCore();
  await someServer(core);
  const secret = await setSecret(core, SLUG, "API_KEY", { value: "sk-live" });

  const view = viewSecret(secret);

  const text = JSON.stringify(view);
  assert.ok(!text.includes(secret.ciphertext) && !text.includes(secret.nonce));
  assert.equal(view.warnings.length, 1);
});
