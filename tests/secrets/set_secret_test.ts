import assert from "node:assert/strict";
import { injectSecret } from "../../core/secrets/inject_secret.ts";
import { removeSecret } from "../../core/secrets/remove_secret.ts";
import { openSecret } from "../../core/secrets/seal_secret.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import type { InjectionChange } from "../../core/secrets/secret.ts";
import { viewSecret } from "../../core/secrets/view_secret.ts";
import { removeServer } from "../../core/servers/remove_server.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { AN_ADMIN, epochOf, someServer, someWorkspace, testCore } from "../_support/core.ts";

const SLUG = "internal-api";
const SLUGS = { workspace: "engineering", server: SLUG };

Deno.test("setSecret() injects a new secret as a header of its own name", async () => {
  using core = await testCore();
  await someServer(core);

  const secret = await setSecret(core, AN_ADMIN, SLUG, "X-API-Key", { value: "one" });

  assert.deepEqual(secret.rules, [{ kind: "header", name: "X-API-Key" }]);
  assert.equal(secret.version, 1);
  assert.equal((await openSecret(core.keyring, secret)).reveal(), "one");
});

Deno.test("setSecret() counts the version up, keeps the rule, and forgets the old value", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const rules = [{ kind: "query" as const, name: "key" }];
  await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "one", rules });
  core.advance(1000);

  const second = await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "two" });

  const [stored, ...rest] = await core.secrets.list(server.id);
  assert.deepEqual(rest, []);
  assert.deepEqual(stored, second);
  assert.equal(second.version, 2);
  assert.deepEqual(second.rules, rules);
  assert.ok(second.updatedAt > second.createdAt);
  assert.equal((await openSecret(core.keyring, stored)).reveal(), "two");
});

Deno.test("setSecret() lets racing writers each have a version", async () => {
  using core = await testCore();
  const server = await someServer(core);

  const stored = await Promise.all(
    ["a", "b", "c", "d", "e"].map((value) => setSecret(core, AN_ADMIN, SLUG, "KEY", { value })),
  );

  assert.deepEqual(stored.map(({ version }) => version).sort(), [1, 2, 3, 4, 5]);
  assert.equal((await core.secrets.get(server.id, "KEY"))?.version, 5);
});

Deno.test("setSecret() lets one of two racing secrets take a header", async () => {
  using core = await testCore();
  await someServer(core);
  const rules = [{ kind: "header" as const, name: "X-API-Key" }];

  const outcomes = await Promise.allSettled(
    ["ONE", "TWO"].map((name) => setSecret(core, AN_ADMIN, SLUG, name, { value: "v", rules })),
  );

  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
});

Deno.test("setSecret() refuses the 21st secret of a server, and still replaces one", async () => {
  using core = await testCore();
  await someServer(core);
  for (let at = 0; at < 20; at++) {
    await setSecret(core, AN_ADMIN, SLUG, `KEY-${at}`, { value: "v" });
  }

  await assert.rejects(setSecret(core, AN_ADMIN, SLUG, "KEY-20", { value: "v" }), {
    code: "limit_reached",
  });
  assert.equal((await setSecret(core, AN_ADMIN, SLUG, "KEY-19", { value: "w" })).version, 2);
});

Deno.test("setSecret() refuses a name that the protocol owns, unless a rule sends it elsewhere", async () => {
  using core = await testCore();
  await someServer(core);
  const rules = [{ kind: "header" as const, name: "X-Host-Key" }];

  await assert.rejects(setSecret(core, AN_ADMIN, SLUG, "Host", { value: "v" }), { field: "name" });
  await setSecret(core, AN_ADMIN, SLUG, "Host", { value: "v", rules });
});

Deno.test("setSecret(), injectSecret() and removeSecret() touch every workspace of the server", async () => {
  using core = await testCore();
  await someServer(core);
  const workspaces = [await someWorkspace(core), await someWorkspace(core, "sales")];
  for (const { slug } of workspaces) {
    await installServer(core, AN_ADMIN, { workspace: slug, server: SLUG });
  }
  const epochs = () => Promise.all(workspaces.map(({ id }) => epochOf(core, id)));
  const [a, b] = await epochs();

  await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "v" });
  assert.deepEqual(await epochs(), [a + 1n, b + 1n]);
  await injectSecret(core, AN_ADMIN, SLUG, "KEY", { rules: [{ kind: "query", name: "key" }] });
  assert.deepEqual(await epochs(), [a + 2n, b + 2n]);
  await removeSecret(core, AN_ADMIN, SLUG, "KEY", { force: true });
  assert.deepEqual(await epochs(), [a + 3n, b + 3n]);
});

Deno.test("SecretStore.put() touches a workspace that installs the server at that moment", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const workspace = await someWorkspace(core);
  const secret = await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "v" });
  const before = await epochOf(core, workspace.id);
  let looks = 0;

  await core.secrets.put(AN_ADMIN, "secret.set", server.id, async () => {
    if (looks++ === 0) await installServer(core, AN_ADMIN, SLUGS);
    return secret;
  });

  assert.equal(looks, 2);
  assert.equal(await epochOf(core, workspace.id), before + 2n);
});

Deno.test("injectSecret() keeps value and version", async () => {
  using core = await testCore();
  await someServer(core);
  await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "one" });

  const changed = await injectSecret(core, AN_ADMIN, SLUG, "KEY", {
    rules: [{ kind: "header", name: "X-API-Key" }],
  });

  assert.equal(changed.version, 1);
  assert.deepEqual(changed.rules, [{ kind: "header", name: "X-API-Key" }]);
  assert.equal((await openSecret(core.keyring, changed)).reveal(), "one");
});

Deno.test("injectSecret() adds a rule beside those that there are, and takes one away", async () => {
  using core = await testCore();
  await someServer(core);
  const header = { kind: "header" as const, name: "Authorization", template: "Bearer {{value}}" };
  const query = { kind: "query" as const, name: "key" };
  await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "one", rules: [header] });

  const both = await injectSecret(core, AN_ADMIN, SLUG, "KEY", { add: [query] });
  const one = await injectSecret(core, AN_ADMIN, SLUG, "KEY", {
    remove: [{ kind: "header", name: "authorization" }],
  });

  assert.deepEqual([both.rules, one.rules], [[header, query], [query]]);
});

Deno.test("injectSecret() lets racing additions all be there in the end", async () => {
  using core = await testCore();
  const server = await someServer(core);
  await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "one" });

  const names = ["a", "b", "c", "d"];
  await Promise.all(
    names.map((name) =>
      injectSecret(core, AN_ADMIN, SLUG, "KEY", { add: [{ kind: "query", name }] })
    ),
  );

  const [{ rules }] = await core.secrets.list(server.id);
  assert.deepEqual(rules.map(({ name }) => name).sort(), ["KEY", ...names]);
});

Deno.test("injectSecret() refuses a sixth rule, a rule that is not there, and the last one's end", async () => {
  using core = await testCore();
  await someServer(core);
  await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "one" });
  const query = (name: string) => ({ kind: "query" as const, name });
  const change = (input: InjectionChange) => injectSecret(core, AN_ADMIN, SLUG, "KEY", input);

  await assert.rejects(change({ add: ["a", "b", "c", "d", "e"].map(query) }), {
    code: "invalid_input",
    field: "add",
    message: /6 rules; 5 are the most/,
  });
  await assert.rejects(change({ add: [{ kind: "header", name: "key" }] }), { code: "conflict" });
  await assert.rejects(change({ remove: [query("KEY")] }), {
    field: "remove.0",
    message: /is not sent as the query parameter "KEY"; it is sent as the header "KEY"/,
  });
  await assert.rejects(change({ remove: [{ kind: "header", name: "KEY" }] }), {
    field: "remove",
    message: /would not be sent at all/,
  });
});

Deno.test("setSecret() leaves out a template that is nothing but the value", async () => {
  using core = await testCore();
  await someServer(core);
  const rules = [{ kind: "header" as const, name: "X-Key", template: "{{value}}" }];

  const secret = await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "one", rules });

  assert.deepEqual(secret.rules, [{ kind: "header", name: "X-Key" }]);
});

Deno.test("a name that is taken anew is another secret, though its version is 1 again", async () => {
  using core = await testCore();
  await someServer(core);
  const first = await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "one" });
  const second = await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "two" });
  await removeSecret(core, AN_ADMIN, SLUG, "KEY", { force: false });

  const third = await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "three" });

  assert.equal(second.id, first.id);
  assert.notEqual(third.id, first.id);
  assert.equal(third.version, 1);
});

Deno.test("injectSecret() refuses a header for a stored value that no header carries", async () => {
  using core = await testCore();
  await someServer(core);
  const rules = [{ kind: "query" as const, name: "key" }];
  await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "ключ", rules });

  const wish = injectSecret(core, AN_ADMIN, SLUG, "KEY", {
    rules: [{ kind: "header", name: "X-API-Key" }],
  });

  await assert.rejects(wish, (error: Error) => !error.message.includes("ключ"));
  await assert.rejects(
    injectSecret(core, AN_ADMIN, SLUG, "NONE", { rules: [{ kind: "header", name: "X-API-Key" }] }),
    { code: "not_found", message: /"NONE"/ },
  );
});

Deno.test("removeSecret() names the workspaces that use it, and removes it with force", async () => {
  using core = await testCore();
  const server = await someServer(core);
  await someWorkspace(core);
  await installServer(core, AN_ADMIN, SLUGS);
  await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "v" });

  await assert.rejects(removeSecret(core, AN_ADMIN, SLUG, "KEY", { force: false }), {
    code: "in_use",
    message: /"engineering".*--force/,
  });
  await removeSecret(core, AN_ADMIN, SLUG, "KEY", { force: true });

  assert.deepEqual(await core.secrets.list(server.id), []);
  await assert.rejects(removeSecret(core, AN_ADMIN, SLUG, "KEY", { force: true }), {
    code: "not_found",
  });
});

Deno.test("a removed server takes its secrets along", async () => {
  using core = await testCore();
  const server = await someServer(core);
  await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "v" });

  await removeServer(core, AN_ADMIN, SLUG, { force: false });

  assert.deepEqual(await core.secrets.list(server.id), []);
  await assert.rejects(setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "v" }), {
    code: "not_found",
  });
});

Deno.test("viewSecret() shows neither value nor ciphertext", async () => {
  using core = await testCore();
  await someServer(core);
  const secret = await setSecret(core, AN_ADMIN, SLUG, "API_KEY", { value: "sk-live-1" });

  const view = await viewSecret(core, secret);

  const text = JSON.stringify(view);
  assert.ok(
    !text.includes(secret.sealed?.ciphertext ?? "") && !text.includes(secret.sealed?.nonce ?? ""),
  );
  assert.equal(view.warnings.length, 1);
});

Deno.test("a secret tells who set it last, and when; new rules do not change that", async () => {
  using core = await testCore();
  await someServer(core);
  const bob = { ...AN_ADMIN, name: "Bob Lee" };
  await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "one" });
  core.advance(1000);
  await setSecret(core, bob, SLUG, "KEY", { value: "two" });
  core.advance(1000);
  const rules = [{ kind: "query" as const, name: "key" }];
  const { setBy, setAt, createdAt, updatedAt } = await viewSecret(
    core,
    await injectSecret(core, AN_ADMIN, SLUG, "KEY", { rules }),
  );

  assert.equal(setBy, "Bob Lee");
  assert.deepEqual([createdAt < setAt, setAt < updatedAt], [true, true]);
});
