import assert from "node:assert/strict";
import { NO_PINS } from "../../core/definitions/pin.ts";
import { keys } from "../../core/kv/keys.ts";
import { countInstalls, listServerRows } from "../../core/servers/list_server_rows.ts";
import { viewServer } from "../../core/servers/view_server.ts";
import { disableServer } from "../../core/servers/disable_server.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { AN_ADMIN, someServer, someWorkspace, START, testCore } from "../_support/core.ts";

const AT = START.toISOString();

Deno.test("listServerRows() says of each server what viewServer() says of it", async () => {
  using core = await testCore();
  const [calm, busy, off] = [
    await someServer(core, "calm"),
    await someServer(core, "busy"),
    await someServer(core, "off"),
  ];
  await disableServer(core, AN_ADMIN, "off", "admin");
  const seen = { url: busy.externalUrl, modern: true, legacy: null, probedAt: AT };
  await core.health.setEras(busy.id, seen);
  const nextTryAt = new Date(START.getTime() + 1_000).toISOString();
  const breaker = { failures: 5, since: AT, nextTryAt, lastError: "It failed" };
  await core.health.setBreaker(busy, breaker);
  await core.health.setBreaker(off, breaker);
  const head = { ...NO_PINS, waiting: 3, tools: 12 };
  await core.kv.set(keys.pinHead(busy.id), head);

  const rows = await listServerRows(core);

  assert.deepEqual(rows.map(({ slug }) => slug), ["busy", "calm", "off"]);
  for (const row of rows) {
    const server = await core.servers.get(row.id);
    assert.ok(server !== null);
    const { health, changesWaiting, disabled, url } = await viewServer(core, server);
    assert.deepEqual(
      [row.health, row.changesWaiting, row.disabled, row.url],
      [health, changesWaiting, disabled, url],
    );
  }
  const tools = Object.fromEntries(rows.map((row) => [row.slug, row.tools]));
  assert.deepEqual(tools, { busy: 12, calm: null, off: null });
  assert.equal(rows.find(({ id }) => id === calm.id)?.health.breaker, null);
});

Deno.test("listServerRows() forgets what was found out too long ago", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const seen = { url: server.externalUrl, modern: true, legacy: null, probedAt: AT };
  await core.health.setEras(server.id, seen);
  core.advance(25 * 60 * 60_000);

  const [row] = await listServerRows(core);

  assert.deepEqual(row.health.eras, []);
});

Deno.test("countInstalls() says in how many workspaces each server is", async () => {
  using core = await testCore();
  const [one, none] = [await someServer(core, "one"), await someServer(core, "none")];
  for (const workspace of ["a", "b"]) {
    await someWorkspace(core, workspace);
    await installServer(core, AN_ADMIN, { workspace, server: "one" });
  }

  const counts = await countInstalls(core, [one, none]);

  assert.deepEqual([counts.get(one.id), counts.get(none.id)], [2, 0]);
});
