import assert from "node:assert/strict";
import { COUNTED_WORKSPACES } from "../../core/analytics/read_server_board.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { uninstallServer } from "../../core/workspaces/uninstall_server.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { startServerWorld, textOf } from "./_server_world.ts";

const PATH = "/servers/db/analytics";

Deno.test("a server's calls are counted over its workspaces, by tool, workspace and member", async () => {
  await using world = await startServerWorld();
  const { app: { services }, upstream } = world;
  await registerServer(services, AN_ADMIN, { name: "Other", slug: "other", url: upstream.url });
  await installServer(services, AN_ADMIN, { workspace: "team", server: "other" });
  await world.call("team", "drop_user", "other");
  await world.call("team", "get_user");
  await world.call("team", "get_user");
  await world.call("ops", "list_users");
  await world.call("ops", "<img src=x onerror=alert(1)>");

  const html = await world.read(PATH);
  const text = textOf(html);

  assert.match(text, /\b4 calls/);
  assert.match(text, /get_user 2 50\.0 %/);
  assert.match(text, /list_users 1 25\.0 %/);
  assert.match(text, /team 2 50\.0 %/);
  assert.match(text, /ops 2 50\.0 %/);
  assert.match(text, /Alice Chen 2 50\.0 %/);
  assert.match(html, /href="\/analytics\?workspace=team&amp;server=db&amp;period=7d"/);
  assert.match(html, /aria-current="true">7 days</);
  assert.doesNotMatch(html, /<img|drop_user/);
});

Deno.test("another period is chosen by a link, and one that is none is refused in words", async () => {
  await using world = await startServerWorld();
  await world.call("team", "get_user");

  const day = await world.read(`${PATH}?period=24h`);
  const wrong = await world.app.ask(`${PATH}?period=%3Cb%3E`, {
    headers: { cookie: world.cookie },
  });
  const html = await wrong.text();

  assert.match(textOf(day), /Calls by hour/);
  assert.match(day, /aria-current="true">24 hours</);
  assert.equal(wrong.status, 400);
  assert.match(textOf(html), /The period "<b>" is not one/);
  assert.doesNotMatch(html, /<b>/);
});

Deno.test("without calls the page says so, and without an install what to do", async () => {
  await using world = await startServerWorld();
  const quiet = textOf(await world.read(PATH));
  for (const workspace of ["team", "ops"]) {
    await uninstallServer(world.app.services, AN_ADMIN, { workspace, server: "db" });
  }

  const nowhere = await world.read(PATH);

  assert.match(quiet, /No calls in this time/);
  assert.match(textOf(nowhere), /Nobody can call this server yet/);
  assert.match(nowhere, /href="\/servers\/db\/installs"/);
});

Deno.test("of many workspaces the busiest are counted, which is said", async () => {
  await using world = await startServerWorld();
  const { services } = world.app;
  for (let at = 0; at < COUNTED_WORKSPACES; at++) {
    await createWorkspace(services, AN_ADMIN, { slug: `quiet-${at}` });
    await installServer(services, AN_ADMIN, { workspace: `quiet-${at}`, server: "db" });
  }
  await world.call("ops", "get_user");
  await world.call("team", "get_user");

  const text = textOf(await world.read(PATH));

  assert.match(text, /Counted are the 20 busiest of the 22 workspaces that have this server/);
  assert.match(text, /\b2 calls/);
  assert.match(text, /ops 1 50\.0 % team 1 50\.0 %|team 1 50\.0 % ops 1 50\.0 %/);
});
