import assert from "node:assert/strict";
import { prefixes } from "../../core/kv/keys.ts";
import { findWorkspace } from "../../core/workspaces/find_workspace.ts";
import { someCall } from "../calls/_support.ts";
import { connectSdkAuto } from "../_support/modern_clients.ts";
import { noticeAfter, problemAt, see, send, typedIn, undo } from "./_forms.ts";
import { workspaceWorld } from "./_workspace_world.ts";

const PAGE = "/workspaces/team/settings";
const DAY_MS = 24 * 60 * 60 * 1000;

const LIMITS = {
  intent: "limits",
  "limits.requestsPerMinute": "",
  "limits.requestsPerMinutePerToken": "",
  "limits.concurrentCalls": "",
  "limits.concurrentCallsPerToken": "",
};

Deno.test("a workspace is renamed, and that is taken back", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;

  const renamed = await send(app, PAGE, cookie, { intent: "rename", name: " Backend " });
  const { name } = await world.team();
  await undo(app, renamed, cookie);
  const wrong = await send(app, PAGE, cookie, { intent: "rename", name: "x".repeat(101) });

  assert.equal(renamed.location, PAGE);
  assert.equal(name, "Backend");
  assert.equal((await world.team()).name, "The team");
  assert.equal(problemAt(wrong, "name"), "It must have 1 to 100 characters.");
  assert.equal(typedIn(wrong, "name"), "x".repeat(101));
});

Deno.test("limits hold from the next call on, and what is left empty limits nothing", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;
  const { token } = await world.token();
  await using client = await connectSdkAuto({ url: `${app.origin}/ws/team/sse`, token });
  await client.callTool("users__get_user");

  const changed = await send(app, PAGE, cookie, { ...LIMITS, "limits.requestsPerMinute": "1" });
  const { limits } = await world.team();
  const calls = async () => {
    for (let call = 0; call < 3; call++) await client.callTool("users__get_user");
  };

  assert.equal(changed.status, 303);
  assert.deepEqual(limits, {
    requestsPerMinute: 1,
    requestsPerMinutePerToken: null,
    concurrentCalls: null,
    concurrentCallsPerToken: null,
  });
  await assert.rejects(calls());
  await undo(app, changed, cookie);
  await calls();
});

Deno.test("each wrong limit is said at its field, with what was typed kept", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;

  const wrong = await send(app, PAGE, cookie, {
    ...LIMITS,
    "limits.requestsPerMinute": "0",
    "limits.concurrentCalls": "many",
    "limits.concurrentCallsPerToken": "4",
  });

  assert.equal(wrong.status, 400);
  const sentence = "It must be a whole number from 1 to 1000000.";
  assert.equal(problemAt(wrong, "limits.requestsPerMinute"), sentence);
  assert.equal(problemAt(wrong, "limits.concurrentCalls"), sentence);
  assert.equal(problemAt(wrong, "limits.concurrentCallsPerToken"), null);
  assert.equal(typedIn(wrong, "limits.concurrentCallsPerToken"), "4");
  assert.equal((await world.team()).limits.concurrentCallsPerToken, null);
});

Deno.test("a shorter time for calls says how many it deletes, and wants the slug typed", async () => {
  await using world = await workspaceWorld();
  const { app, services, cookie } = world;
  const team = await services.workspaces.findBySlug("team");
  assert.ok(team !== null);
  for (const days of [40, 20, 1]) {
    const at = new Date(Date.now() - days * DAY_MS).toISOString();
    await services.callLog.record(team, someCall({ at }));
  }
  const shorten = (more: Record<string, string>) =>
    send(app, PAGE, cookie, { intent: "retention", retentionDays: "7", ...more });
  const days = async () => (await world.team()).retentionDays;

  const asked = await shorten({});
  const wrong = await shorten({ confirm: "tem" });
  const before = await days();
  const done = await shorten({ confirm: "team" });

  assert.equal(asked.status, 400);
  assert.match(asked.html, /Calls older than 7 days are deleted for good: 2 calls today\./);
  assert.equal(typedIn(asked, "retentionDays"), "7");
  assert.match(problemAt(wrong, "confirm") ?? "", /Type team to confirm/);
  assert.equal(before, 90);
  assert.equal(done.status, 303);
  assert.equal(await days(), 7);
});

Deno.test("a longer time for calls needs no word, and what is no number of days is refused", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;
  const keep = (retentionDays: string) =>
    send(app, PAGE, cookie, { intent: "retention", retentionDays });
  const days = async () => (await world.team()).retentionDays;

  const longer = await keep("365");
  const after = await days();
  await undo(app, longer, cookie);
  const wrong = [await keep("0"), await keep("3651"), await keep("1.5"), await keep("ever")];

  assert.equal(after, 365);
  assert.equal(await days(), 90);
  for (const answer of wrong) {
    assert.match(problemAt(answer, "retentionDays") ?? "", /must be a number of days/);
  }
  assert.equal(problemAt(await keep(""), "retentionDays"), "Fill this in.");
});

Deno.test("a disabled workspace refuses its tokens until it is enabled, or that is taken back", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;
  const { token } = await world.token();
  const connect = async () => {
    await using client = await connectSdkAuto({ url: `${app.origin}/ws/team/sse`, token });
    await client.listTools();
  };
  await connect();

  const disabled = await send(app, PAGE, cookie, { intent: "disable" });
  await assert.rejects(connect());
  const { html } = await see(app, "/workspaces/team", cookie);
  await undo(app, disabled, cookie);
  await connect();

  assert.match(html, /This workspace is disabled/);
  await send(app, PAGE, cookie, { intent: "disable" });
  const enabled = await send(app, PAGE, cookie, { intent: "enable" });
  assert.match(await noticeAfter(app, enabled, cookie) ?? "", /is open again/);
  await connect();
});

Deno.test("a workspace is removed with its tokens after its slug was typed and they were let go", async () => {
  await using world = await workspaceWorld();
  const { app, services, cookie } = world;
  await world.token();
  const remove = (fields: Record<string, string>) =>
    send(app, PAGE, cookie, { intent: "remove", ...fields });

  const page = await see(app, PAGE, cookie);
  const wrong = await remove({ confirm: "Team", force: "on" });
  const used = await remove({ confirm: "team" });
  const still = await services.workspaces.findBySlug("team");
  const removed = await remove({ confirm: "team", force: "on" });

  assert.match(page.html, /What goes: 1 active token, 1 install .* 0 calls/s);
  assert.match(problemAt(wrong, "confirm") ?? "", /Type exactly team/);
  assert.match(wrong.html, /name="force"[^>]* value="on" checked/);
  assert.equal(used.status, 409);
  assert.match(used.html, /role="alert">The team has 1 active token\. Revoke them first/);
  assert.ok(still !== null);
  assert.equal(removed.location, "/workspaces");
  assert.equal(await services.workspaces.findBySlug("team"), null);
});

Deno.test("an owner has arguments kept, and stops it; each can be taken back", async () => {
  await using world = await workspaceWorld();
  const { app } = world;
  const owner = await app.signIn("owner");
  const logging = async () => (await world.team()).logArguments;
  const KEEP = { intent: "keep-arguments", maxBytes: "4096", redact: "user.email\n*phone*" };

  const kept = await send(app, PAGE, owner, KEEP);
  const on = await logging();
  const stopped = await send(app, PAGE, owner, { intent: "stop-arguments" });
  const off = await logging();
  await undo(app, stopped, owner);
  const again = await logging();
  await undo(app, kept, owner);

  assert.deepEqual(on, { maxBytes: 4096, redact: ["user.email", "*phone*"] });
  assert.equal(off, null);
  assert.deepEqual(again, on);
  assert.equal(await logging(), null);
  const { html } = await see(app, PAGE, owner);
  assert.match(html, /Make all kept arguments unreadable/);
  const purged = await send(app, PAGE, owner, { intent: "purge-arguments", confirm: "team" });
  assert.equal(purged.status, 303);
});

Deno.test("wrong fields of kept arguments are said at them", async () => {
  await using world = await workspaceWorld();
  const { app } = world;
  const owner = await app.signIn("owner");

  const wrong = await send(app, PAGE, owner, {
    intent: "keep-arguments",
    maxBytes: "10",
    redact: "x".repeat(201),
  });
  await send(app, PAGE, owner, { intent: "keep-arguments", maxBytes: "4096", redact: "" });
  const unconfirmed = await send(app, PAGE, owner, { intent: "purge-arguments", confirm: "" });

  assert.equal(problemAt(wrong, "maxBytes"), "It must be a whole number from 256 to 16384.");
  assert.equal(problemAt(wrong, "redact"), "It must have 1 to 200 characters.");
  assert.equal(typedIn(wrong, "redact"), "x".repeat(201));
  assert.match(problemAt(unconfirmed, "confirm") ?? "", /Type exactly team/);
});

Deno.test("an admin who is no owner sees how arguments are kept, and changes nothing of it", async () => {
  await using world = await workspaceWorld();
  const { app, cookie } = world;

  const { html } = await see(app, PAGE, cookie);
  const refused = await send(app, PAGE, cookie, {
    intent: "keep-arguments",
    maxBytes: "4096",
    redact: "",
  });

  assert.match(html, /not kept/);
  assert.doesNotMatch(html, /value="keep-arguments"/);
  assert.equal(refused.status, 403);
  assert.equal((await world.team()).logArguments, null);
});

Deno.test("sums that differ from the log are found, replaced where that is wanted, by admins alone", async () => {
  await using world = await workspaceWorld();
  const { app, services, cookie } = world;
  const workspace = await findWorkspace(services, "team");
  const at = services.now().toISOString();
  await services.callLog.record(workspace, someCall({ at, tool: "search" }));
  await services.rollups.roller.rollAll(workspace.id);
  const prefix = prefixes.rollHours(workspace.id, "live");
  const [head] = await Array.fromAsync(services.store.kv.list({ prefix }));
  await services.store.kv.delete(head.key);
  const count = async (fields: Record<string, string> = {}) => {
    const sent = await send(app, PAGE, cookie, { intent: "count-again", ...fields });
    return await noticeAfter(app, sent, cookie);
  };

  const found = await count({ onlyCompare: "on" });
  const replaced = await count();
  const equal = await count();
  const viewer = await app.signIn("viewer");
  const refused = await send(app, PAGE, viewer, { intent: "count-again" });
  const until = new Date(services.now().getTime() + 20_000).toISOString();
  await services.store.kv.set(["lease", `recount ${workspace.id}`], { holder: "another", until });
  const second = await send(app, PAGE, cookie, { intent: "count-again", onlyCompare: "on" });

  assert.match(found ?? "", /1 sum differed from its log of 1 call; nothing was changed/);
  assert.match(replaced ?? "", /1 sum differed from its log of 1 call; they were replaced/);
  assert.match(equal ?? "", /The sums equal its log of 1 call\./);
  assert.equal(refused.status, 403);
  assert.doesNotMatch((await see(app, PAGE, viewer)).html, /count-again/);
  assert.equal(second.status, 409);
  assert.match(second.html, /being recounted already/);
});
