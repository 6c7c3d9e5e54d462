import assert from "node:assert/strict";
import { NO_PINS } from "../../core/definitions/pin.ts";
import { keys } from "../../core/kv/keys.ts";
import { disableServer } from "../../core/servers/disable_server.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { testServer } from "../../core/upstream/test_server.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import { see } from "./_forms.ts";
import { textOf } from "./_server_world.ts";

const LOCAL = { AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" };

function add({ services }: RunningApp, slug: string, url = "http://127.0.0.1:9/mcp") {
  return registerServer(services, AN_ADMIN, { slug, name: `Server ${slug}`, url });
}

/** The slugs of the rows, in their order. */
function slugsIn(html: string): string[] {
  return [...html.matchAll(/class="strong" href="\/servers\/([^"]+)"/g)].map(([, slug]) => slug);
}

Deno.test("the list says of each server how it does, what it has and what waits", async () => {
  await using app = await startApp(LOCAL);
  await using upstream = startModern();
  const { services } = app;
  const [fine, off, broken] = [
    await add(app, "fine", upstream.url),
    await add(app, "off"),
    await add(app, "broken"),
  ];
  await testServer(services, fine);
  await disableServer(services, AN_ADMIN, "off", "admin");
  const at = new Date().toISOString();
  const breaker = { failures: 5, since: at, nextTryAt: at, lastError: "It hung up" };
  await services.health.setBreaker(broken, breaker);
  await services.store.kv.set(keys.pinHead(fine.id), { ...NO_PINS, waiting: 3, tools: 12 });
  for (const workspace of ["a", "b"]) {
    await createWorkspace(services, AN_ADMIN, { slug: workspace });
    await installServer(services, AN_ADMIN, { workspace, server: "fine" });
  }

  const { html } = await see(app, "/servers", await app.signIn("viewer"));

  const text = textOf(html);
  assert.match(text, /Server fine fine reachable modern, Streamable HTTP \S+ 12 2 3 waiting/);
  assert.match(text, /Server off off disabled \S+ – 0 none/);
  assert.match(text, /Server broken broken not answering/);
  assert.match(html, /title="It hung up"/);
  assert.ok(off.disabled === null);
});

Deno.test("the list is searched, sorted and paged", async () => {
  await using app = await startApp(LOCAL);
  for (let at = 0; at < 30; at++) await add(app, `s${String(at).padStart(2, "0")}`);
  await disableServer(app.services, AN_ADMIN, "s17", "admin");
  const cookie = await app.signIn("viewer");
  const rows = async (query: string) => slugsIn((await see(app, `/servers${query}`, cookie)).html);

  assert.equal((await rows("")).length, 25);
  assert.deepEqual(await rows("?page=2"), ["s25", "s26", "s27", "s28", "s29"]);
  assert.equal((await rows("?sort=name&dir=desc"))[0], "s29");
  assert.equal((await rows("?sort=state"))[0], "s17");
  assert.deepEqual(await rows("?q=disabled"), ["s17"]);
  assert.deepEqual(await rows("?q=nothing+like+it"), []);
});

Deno.test("an empty list leads to the form, for whom it serves", async () => {
  await using app = await startApp();

  const admin = await see(app, "/servers", await app.signIn("admin"));
  const viewer = await see(app, "/servers", await app.signIn("viewer"));

  assert.match(admin.html, /Add the first MCP server/);
  assert.match(admin.html, /href="\/add\/server"/);
  assert.ok(!viewer.html.includes('href="/add/server"'));
  assert.match(viewer.html, /ask an admin/);
});
