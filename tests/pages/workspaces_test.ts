import assert from "node:assert/strict";
import { someCall } from "../calls/_support.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { disableWorkspace } from "../../core/workspaces/disable_workspace.ts";
import { startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { noticeAfter, problemAt, see, send, typedIn } from "./_forms.ts";
import { workspaceWorld } from "./_workspace_world.ts";

Deno.test("the list says what each workspace holds, and which one is disabled", async () => {
  await using world = await workspaceWorld();
  const { app, services, cookie } = world;
  await world.token();
  await createWorkspace(services, AN_ADMIN, { slug: "closed", name: "Closed one" });
  await disableWorkspace(services, AN_ADMIN, "closed");

  const { html } = await see(app, "/workspaces", cookie);

  const rows = [...html.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row]) => row).slice(1);
  assert.equal(rows.length, 2);
  assert.match(rows[0], /href="\/workspaces\/closed".*disabled.*none.*>0</s);
  assert.match(rows[1], /The team.*data-copy="http[^"]*\/ws\/team\/sse".*users.*\/tokens">1</s);
});

Deno.test("the list is searched, sorted by what is counted, and paged", async () => {
  await using app = await startApp();
  const { services } = app;
  const cookie = await app.signIn("viewer");
  for (let at = 10; at < 40; at++) {
    await createWorkspace(services, AN_ADMIN, { slug: `team-${at}`, name: `Team ${at}` });
  }
  for (const name of ["Alice", "Bob"]) await createToken(services, AN_ADMIN, "team-33", { name });
  const slugs = async (query: string) => {
    const { html } = await see(app, `/workspaces${query}`, cookie);
    return [...html.matchAll(/row-link" href="\/workspaces\/([^"]+)"/g)].map(([, slug]) => slug);
  };

  assert.equal((await slugs("")).length, 25);
  assert.deepEqual(await slugs("?page=2"), [35, 36, 37, 38, 39].map((at) => `team-${at}`));
  assert.deepEqual(await slugs("?q=team+17"), ["team-17"]);
  assert.equal((await slugs("?sort=tokens&dir=desc"))[0], "team-33");
  assert.match((await see(app, "/workspaces?q=nobody", cookie)).html, /Nothing here matches/);
});

Deno.test("without a workspace the list says what to do, to whom may do it", async () => {
  await using app = await startApp();

  const admin = await see(app, "/workspaces", await app.signIn("admin"));
  const viewer = await see(app, "/workspaces", await app.signIn("viewer"));

  assert.match(admin.html, /No workspaces yet.*href="\/add\/workspace"/s);
  assert.match(viewer.html, /No workspaces yet/);
  assert.doesNotMatch(viewer.html, /class="button" href="\/add\/workspace"/);
});

Deno.test("a workspace is added with servers, and leads to its page", async () => {
  await using world = await workspaceWorld();
  const { app, services, cookie } = world;

  const added = await send(app, "/add/workspace", cookie, {
    intent: "add",
    name: " Backend ",
    slug: "back",
    "servers[]": ["users", "notes"],
  });

  assert.equal(added.status, 303);
  assert.equal(added.location, "/workspaces/back");
  assert.match(await noticeAfter(app, added, cookie) ?? "", /^Backend is there\./);
  const workspace = await services.workspaces.findBySlug("back");
  assert.ok(workspace !== null);
  assert.equal(workspace.name, "Backend");
  assert.equal((await services.installs.listByWorkspace(workspace.id)).length, 2);
});

Deno.test("a slug that was left empty is made from the name", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;
  const add = (name: string) =>
    send(app, "/add/workspace", cookie, { intent: "add", name, slug: " " });

  const named = await add("Ünder construction (2)");
  const nameless = await add("工具");
  const taken = await add("Team");

  assert.equal(named.location, "/workspaces/under-construction-2");
  assert.match(problemAt(nameless, "slug") ?? "", /write a slug, such as team-1/);
  assert.match(problemAt(taken, "slug") ?? "", /A workspace .*team.* exists already/);
  assert.equal(typedIn(taken, "name"), "Team");
});

Deno.test("each wrong field of a new workspace is said at it, with what was typed kept", async () => {
  await using world = await workspaceWorld();
  const { app, services, cookie } = world;

  const wrong = await send(app, "/add/workspace", cookie, {
    intent: "add",
    name: "x".repeat(101),
    slug: "Not A Slug",
    "servers[]": "users",
  });
  const empty = await send(app, "/add/workspace", cookie, { intent: "add", name: "", slug: "a" });
  const gone = await send(app, "/add/workspace", cookie, {
    intent: "add",
    name: "A",
    slug: "a",
    "servers[]": ["users", "gone"],
  });

  assert.equal(wrong.status, 400);
  assert.equal(problemAt(wrong, "name"), "It must have 1 to 100 characters.");
  assert.match(problemAt(wrong, "slug") ?? "", /must be lower-case letters and digits/);
  assert.equal(typedIn(wrong, "slug"), "Not A Slug");
  assert.match(wrong.html, /name="servers\[\]" value="users" checked/);
  assert.equal(problemAt(empty, "name"), "Fill this in.");
  assert.match(gone.html, /class="problem" id="add-servers-problem">There is no server [^<]*gone/);
  assert.equal(await services.workspaces.findBySlug("a"), null);
});

Deno.test("a viewer sees workspaces, and changes nothing of them", async () => {
  await using world = await workspaceWorld();
  const { app } = world;
  const cookie = await app.signIn("viewer");
  const forms: [string, Record<string, string>][] = [
    ["/add/workspace", { intent: "add", name: "Mine", slug: "mine" }],
    ["/workspaces/team", { intent: "install", server: "notes" }],
    ["/workspaces/team", { intent: "uninstall", server: "users" }],
    ["/workspaces/team/servers/users", { intent: "save", onChange: "hold" }],
    ["/workspaces/team/servers/users", { intent: "uninstall" }],
    ["/workspaces/team/settings", { intent: "rename", name: "Mine" }],
    ["/workspaces/team/settings", { intent: "disable" }],
    ["/workspaces/team/settings", { intent: "remove", confirm: "team" }],
  ];

  for (const [path, fields] of forms) {
    assert.equal((await send(app, path, cookie, fields)).status, 403, path);
  }
  for (const path of ["", "/servers/users", "/settings"]) {
    const { status, html } = await see(app, `/workspaces/team${path}`, cookie);
    assert.equal(status, 200);
    const own = /<main.*<\/main>/s.exec(html)?.[0] ?? "";
    assert.doesNotMatch(own, /<form[^>]*method="post"/);
  }
  const { name, servers, disabledAt } = await world.team();
  assert.deepEqual([name, servers.length, disabledAt], ["The team", 1, null]);
});

Deno.test("a workspace or an install that is not there is said not to be there", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;

  for (const path of ["none", "none/settings", "team/servers/notes", "team/servers/none"]) {
    assert.equal((await see(app, `/workspaces/${path}`, cookie)).status, 404, path);
  }
  const late = await send(app, "/workspaces/team/servers/notes", cookie, { intent: "uninstall" });
  assert.equal(late.status, 404);
});

Deno.test("the list counts the calls of seven days, also those that came just before", async () => {
  await using world = await workspaceWorld();
  const { app, services, cookie } = world;
  const team = await services.workspaces.findBySlug("team");
  assert.ok(team !== null);
  const callsAgo = async (days: number) => {
    const at = new Date(Date.now() - days * 24 * 60 * 60 * 1000).toISOString();
    await services.callLog.record(team, someCall({ at }));
  };
  const counted = async () => {
    const { html } = await see(app, "/workspaces", cookie);
    return /href="\/analytics\?workspace=team&amp;from=[\d-]+">(\d+)</.exec(html)?.[1];
  };

  await callsAgo(20);
  await callsAgo(3);
  const before = await counted();
  await callsAgo(0);

  assert.deepEqual([before, await counted()], ["1", "2"]);
});
