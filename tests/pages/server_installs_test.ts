import assert from "node:assert/strict";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { problemAt, see, send, typedIn } from "./_forms.ts";
import { type ServerWorld, startServerWorld, textOf } from "./_server_world.ts";

const PATH = "/servers/db/installs";

const INSTALL = { intent: "install", workspace: "new", onChange: "warn" };

async function installIn({ app: { services } }: ServerWorld, slug: string) {
  const [server, workspace] = await Promise.all([
    services.servers.findBySlug("db"),
    services.workspaces.findBySlug(slug),
  ]);
  assert.ok(server !== null && workspace !== null);
  const installs = await services.installs.listInstalls(server.id);
  return installs.find(({ workspaceId }) => workspaceId === workspace.id) ?? null;
}

/** A world with a workspace that the server is not in. */
async function startWorld(): Promise<ServerWorld> {
  const world = await startServerWorld();
  await createWorkspace(world.app.services, AN_ADMIN, { slug: "new", name: "New team" });
  return world;
}

Deno.test("the page says of each workspace what it shows of the server", async () => {
  await using world = await startWorld();
  const policy = { allow: ["list_*"], deny: ["*_secret"], readOnly: true };
  const limits = { callsPerMinutePerTool: 60, tools: { search: 5 } };
  const slugs = { workspace: "team", server: "db" };
  await installServer(world.app.services, AN_ADMIN, slugs, { policy, limits });

  const { html } = await see(world.app, PATH, await world.app.signIn("viewer"));

  const text = textOf(html);
  assert.match(
    text,
    /team read-only, allow list_\*, deny \*_secret held 60 each tool; 1 of their own/,
  );
  assert.match(text, /ops everything noted no limit/);
  assert.ok(!html.includes(">Uninstall<") && !html.includes('name="intent"'));
});

Deno.test("a server is installed with a policy, and the members see what it shows", async () => {
  await using world = await startWorld();

  const answer = await send(world.app, PATH, world.cookie, {
    ...INSTALL,
    "policy.allow": "get_*\nlist_*",
    "policy.deny": "",
    onChange: "hold",
  });

  assert.deepEqual([answer.status, answer.location], [303, PATH]);
  const install = await installIn(world, "new");
  assert.deepEqual(install?.policy, { allow: ["get_*", "list_*"], deny: [], readOnly: false });
  assert.equal(install?.onChange, "hold");
});

Deno.test("what is wrong with an install is said at its field, with what was typed", async () => {
  await using world = await startWorld();
  const cases: [field: string, more: Record<string, string>, RegExp][] = [
    ["workspace", { workspace: "" }, /Fill this in/],
    ["workspace", { workspace: "nowhere" }, /There is no workspace/],
    ["workspace", { workspace: "team" }, /installed in .* already/],
    ["policy.allow", { "policy.allow": "x".repeat(300) }, /must/],
    ["onChange", { onChange: "panic" }, /must be/],
  ];

  for (const [field, more, sentence] of cases) {
    const fields = { ...INSTALL, "policy.allow": "get_*", "policy.deny": "", ...more };
    const answer = await send(world.app, PATH, world.cookie, fields);
    assert.ok(answer.status >= 400 && answer.status < 500, field);
    assert.match(problemAt(answer, field) ?? "", sentence, field);
    assert.equal(typedIn(answer, "workspace"), fields.workspace);
    assert.equal(typedIn(answer, "policy.allow"), fields["policy.allow"]);
  }
  assert.equal(await installIn(world, "new"), null);
  assert.equal((await installIn(world, "team"))?.onChange, "hold");
});

Deno.test("an uninstall is undone with its policy and its limits", async () => {
  await using world = await startWorld();
  const slugs = { workspace: "team", server: "db" };
  const policy = { allow: [], deny: ["drop_*"], readOnly: false };
  const limits = { callsPerMinutePerTool: 60, tools: {} };
  await installServer(world.app.services, AN_ADMIN, slugs, { policy, limits });
  const before = await installIn(world, "team");

  await send(world.app, PATH, world.cookie, { intent: "uninstall", of: "team", workspace: "team" });
  const without = await installIn(world, "team");
  await send(world.app, PATH, world.cookie, { intent: "restore", workspace: "team" });

  assert.equal(without, null);
  assert.deepEqual(await installIn(world, "team"), before);
});

Deno.test("what cannot be taken out or put back is said above the list", async () => {
  await using world = await startWorld();

  const out = await send(world.app, PATH, world.cookie, { intent: "uninstall", workspace: "new" });
  const back = await send(world.app, PATH, world.cookie, { intent: "restore", workspace: "team" });

  assert.match(textOf(out.html), /is not installed in workspace "new"/);
  assert.match(textOf(back.html), /again already; it stays as it is/);
});

Deno.test("a viewer installs nothing and takes nothing out", async () => {
  await using world = await startWorld();
  const viewer = await world.app.signIn("viewer");

  const installed = await send(world.app, PATH, viewer, INSTALL);
  const removed = await send(world.app, PATH, viewer, { intent: "uninstall", workspace: "team" });

  assert.deepEqual([installed.status, removed.status], [403, 403]);
  assert.equal(await installIn(world, "new"), null);
  assert.ok(await installIn(world, "team") !== null);
});

Deno.test("a server that is nowhere says what that means, and offers the workspaces", async () => {
  await using world = await startWorld();
  for (const workspace of ["team", "ops"]) {
    await send(world.app, PATH, world.cookie, { intent: "uninstall", workspace });
  }

  const { html } = await see(world.app, PATH, world.cookie);

  assert.match(html, /Nobody can call it yet/);
  const list = /<datalist.*<\/datalist>/s.exec(html)?.[0] ?? "";
  const offered = [...list.matchAll(/<option[^>]*value="(\w+)"/g)].map(([, slug]) => slug);
  assert.deepEqual(offered, ["new", "ops", "team"]);
});
