import assert from "node:assert/strict";
import { installServer } from "../../core/workspaces/install_server.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { connectSdkAuto } from "../_support/modern_clients.ts";
import { noticeAfter, problemAt, see, send, typedIn, undo } from "./_forms.ts";
import { workspaceWorld } from "./_workspace_world.ts";

const PAGE = "/workspaces/team";
const INSTALL = `${PAGE}/servers/users`;

/** The form of an install that limits nothing. */
const OPEN = {
  intent: "save",
  "policy.allow": "",
  "policy.deny": "",
  onChange: "warn",
  "limits.callsPerMinutePerTool": "",
  "limits.tools": "",
};

/** How the page shows each tool and prompt. */
function showings(html: string): Record<string, string> {
  const rows = html.matchAll(/data-showing="(\w+)".*?<code>([^<]+)<\/code>/gs);
  return Object.fromEntries([...rows].map(([, showing, name]) => [name, showing]));
}

Deno.test("a server is installed by its slug, and that is taken back", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;
  const slugs = async () => (await world.team()).servers.map(({ slug }) => slug);

  const offered = await see(app, PAGE, cookie);
  const installed = await send(app, PAGE, cookie, { intent: "install", server: " notes " });
  const both = await slugs();
  await undo(app, installed, cookie);

  assert.match(offered.html, /<option +value="notes">Notes<\/option>/);
  assert.doesNotMatch(offered.html, /<option +value="users">/);
  assert.match(await noticeAfter(app, installed, cookie) ?? "", /^Notes is installed/);
  assert.deepEqual(both, ["notes", "users"]);
  assert.deepEqual(await slugs(), ["users"]);
});

Deno.test("a server that cannot be installed is said at its field, with what was typed", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;
  const install = (server: string) => send(app, PAGE, cookie, { intent: "install", server });

  const [none, twice, empty] = [await install("nots"), await install("users"), await install("")];

  assert.match(problemAt(none, "server") ?? "", /There is no server .*nots/);
  assert.equal(typedIn(none, "server"), "nots");
  assert.equal(problemAt(twice, "server"), "Users is installed here already.");
  assert.equal(problemAt(empty, "server"), "Fill this in.");
});

Deno.test("a policy that is saved holds for the next call of a client", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;
  const { token } = await world.token();
  await using client = await connectSdkAuto({ url: `${app.origin}/ws/team/sse`, token });
  await client.callTool("users__drop_user");

  const saved = await send(app, INSTALL, cookie, { ...OPEN, "policy.deny": "drop_*\n" });

  assert.equal(saved.location, INSTALL);
  await assert.rejects(client.callTool("users__drop_user"), /Unknown tool|not found|-32602/i);
  await client.callTool("users__get_user");

  await undo(app, saved, cookie);
  await client.callTool("users__drop_user");
});

Deno.test("each wrong field of an install is said at it, with what was typed kept", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;
  const fields = {
    ...OPEN,
    "policy.allow": "list_*\nprompt:",
    "policy.deny": "x".repeat(201),
    "policy.readOnly": "on",
    onChange: "shrug",
    "limits.callsPerMinutePerTool": "0",
    "limits.tools": "get_user many",
  };

  const wrong = await send(app, INSTALL, cookie, fields);

  assert.equal(wrong.status, 400);
  assert.match(problemAt(wrong, "policy.allow") ?? "", /after its kind: see .*prompt:/);
  assert.match(problemAt(wrong, "policy.deny") ?? "", /must have 1 to 200 characters/);
  assert.match(problemAt(wrong, "onChange") ?? "", /must be .*warn.* or .*hold/);
  assert.match(problemAt(wrong, "limits.callsPerMinutePerTool") ?? "", /whole number from 1/);
  assert.match(problemAt(wrong, "limits.tools") ?? "", /in each line: see .*get_user many/);
  assert.equal(typedIn(wrong, "policy.allow"), "list_*\nprompt:");
  assert.equal(typedIn(wrong, "limits.tools"), "get_user many");
  assert.match(wrong.html, /name="policy.readOnly"[^>]* checked/);
  assert.equal((await world.team()).servers[0].policy, null);
});

Deno.test("the preview says what a policy would show, keeps what was typed, and saves nothing", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;
  const { token } = await world.token();
  await using client = await connectSdkAuto({ url: `${app.origin}/ws/team/sse`, token });
  await client.listTools();
  const all = { drop_user: "shown", get_user: "shown", list_users: "shown" };

  const before = await see(app, INSTALL, cookie);
  const fields = { ...OPEN, preview: "on", "policy.allow": "drop_*", "policy.readOnly": "on" };
  const preview = await send(app, INSTALL, cookie, { ...fields, "limits.tools": "get_user 3" });

  assert.deepEqual(showings(before.html), all);
  assert.equal(preview.status, 200);
  assert.deepEqual(showings(preview.html), { ...all, list_users: "hidden" });
  assert.match(preview.html, /Not saved yet/);
  assert.equal(typedIn(preview, "policy.allow"), "drop_*");
  assert.equal(typedIn(preview, "limits.tools"), "get_user 3");
  assert.match(preview.html, /name="policy.readOnly"[^>]* checked/);
  assert.equal((await world.team()).servers[0].policy, null);
});

Deno.test("a held tool is marked, with the way to its review", async () => {
  await using world = await workspaceWorld();
  const { app, services, cookie, upstream } = world;
  const server = await services.servers.findBySlug("users");
  assert.ok(server !== null);
  const { tools } = upstream.offers;
  await services.definitions.compare(server, "tools", tools, true);
  const changed = tools.map((tool) => {
    return tool.name === "get_user" ? { ...tool, description: "Something else." } : tool;
  });
  await services.definitions.compare(server, "tools", changed, true);

  const warned = await see(app, PAGE, cookie);
  await send(app, INSTALL, cookie, { ...OPEN, onChange: "hold" });
  const held = await see(app, PAGE, cookie);
  const { html } = await see(app, INSTALL, cookie);

  assert.match(warned.html, /href="\/servers\/users"><span[^>]*>1 change to review</);
  assert.match(held.html, /href="\/servers\/users"><span[^>]*>1 change held</);
  assert.equal(showings(html).get_user, "held");
  assert.match(html, /href="\/servers\/users">review them</);
});

Deno.test("what was uninstalled is put back exactly, also when its policy fits into no cookie", async () => {
  await using world = await workspaceWorld({ install: false });
  const { app, services, cookie } = world;
  const globs = Array.from({ length: 50 }, (_, at) => `tool_${at}_${"x".repeat(150)}`);
  await installServer(services, AN_ADMIN, { workspace: "team", server: "users" }, {
    policy: { allow: globs, deny: ["*_secret"], readOnly: true },
    onChange: "hold",
    limits: { callsPerMinutePerTool: 7, tools: { "an odd name": null } },
  });
  const before = await world.team();

  const gone = await send(app, INSTALL, cookie, { intent: "uninstall" });
  const between = await world.team();
  const back = await undo(app, gone, cookie);

  assert.equal(gone.location, PAGE);
  assert.deepEqual(between.servers, []);
  assert.equal(back.status, 303);
  assert.deepEqual((await world.team()).servers, before.servers);
});

Deno.test("an undo that comes too late says so", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;

  const { status, html } = await send(app, PAGE, cookie, { intent: "restore", server: "notes" });

  assert.equal(status, 404);
  assert.match(html, /is not known any more/);
});
