import assert from "node:assert/strict";
import { disableServer } from "../../core/servers/disable_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { RAW_KINDS } from "../_support/raw_upstreams.ts";
import { problemAt, see, send, typedIn } from "./_forms.ts";
import { EVIL, filled, PIXEL, type PlaygroundWorld, playgroundWorld } from "./_playground_world.ts";

const TEAM = "/playground?workspace=team";
const at = (tool: string) => `${TEAM}&tool=rooms__${tool}`;

/** Opens the playground of `team`, as a browser without scripts does. */
async function opened({ app }: PlaygroundWorld): Promise<string> {
  const cookie = await app.signIn("admin");
  const { status, location } = await send(app, TEAM, cookie, { do: "open" });
  assert.deepEqual([status, location], [303, TEAM]);
  return cookie;
}

for (const kind of RAW_KINDS) {
  Deno.test(`without scripts a tool is called by a form, at a server that speaks ${kind}`, async () => {
    await using world = await playgroundWorld(kind);
    const { app, calls } = world;
    const cookie = await opened(world);

    const page = await see(app, at("book"), cookie);
    const answer = await send(app, at("book"), cookie, {
      ...filled(page.html, { a0: "Blue", a1: "6", a2: "true", a3: '"first"' }),
      a4: ["a@example.com", "", "b@example.com"],
      "a5-0": "Zürich",
      a6: '{"x":1}',
    });

    assert.equal(answer.status, 200, answer.html);
    assert.deepEqual(calls, [{
      name: "book",
      arguments: {
        room: "Blue",
        seats: 6,
        quiet: true,
        floor: "first",
        guests: ["a@example.com", "b@example.com"],
        place: { city: "Zürich" },
        extra: { x: 1 },
      },
    }]);
    assert.match(answer.html, /data-kind="good">ok</);
    assert.match(answer.html, /in all, of which the server/);
  });
}

Deno.test("a call is on the record as the playground of its admin, and its page says where", async () => {
  await using world = await playgroundWorld();
  const { app } = world;
  const cookie = await opened(world);

  const page = await see(app, at("show"), cookie);
  const answer = await send(app, at("show"), cookie, filled(page.html, {}));

  const workspace = await app.services.workspaces.findBySlug("team");
  assert.ok(workspace !== null);
  const { items } = await app.services.callQueries.list(workspace, { limit: 5, cursor: null });
  const recorded = items.map(({ person, email, tool, outcome }) => [person, email, tool, outcome]);
  assert.deepEqual(recorded, [["Playground · admin", null, "show", "ok"]]);
  assert.ok(answer.html.includes(`href="/calls/team/${items[0].id}"`));
});

Deno.test("the token of a playground is in no page, counts as nobody's, ends, and is audited", async () => {
  await using world = await playgroundWorld();
  const { app } = world;
  const { services } = app;
  const cookie = await opened(world);

  const list = await see(app, TEAM, cookie);
  const page = await see(app, at("show"), cookie);
  const answer = await send(app, at("show"), cookie, filled(page.html, {}));

  for (const { html } of [list, page, answer]) assert.doesNotMatch(html, /mwt_\w+_\w{10}/);
  assert.match(answer.html, /Bearer \$AEROSTACK_MEMBER_TOKEN/);
  const workspace = await services.workspaces.findBySlug("team");
  assert.ok(workspace !== null);
  const [token, ...others] = await services.tokens.listAll(workspace.id);
  assert.deepEqual(others, []);
  const minutes = (Date.parse(token.expiresAt ?? "") - Date.parse(token.createdAt)) / 60_000;
  assert.deepEqual([token.name, token.playground, minutes], ["Playground · admin", true, 60]);
  const [summary] = await services.workspaceSummaries.read([workspace.id], services.now());
  assert.equal(summary.activeTokens, 0);
  const { items: [entry] } = await services.audit.list({ limit: 1, cursor: null });
  assert.deepEqual([entry.action, entry.actor.kind], ["token.create", "session"]);
});

Deno.test("looking opens nothing: a page without an open playground says how to open it", async () => {
  await using world = await playgroundWorld();
  const { app } = world;
  const cookie = await app.signIn("admin");

  const page = await see(app, at("book"), cookie);

  assert.match(page.html, /Open the playground/);
  assert.doesNotMatch(page.html, /rooms__book<\/code>/);
  const workspace = await app.services.workspaces.findBySlug("team");
  assert.deepEqual(await app.services.tokens.listAll(workspace?.id ?? "" as never), []);
});

Deno.test("another session has a playground of its own", async () => {
  await using world = await playgroundWorld();
  const { app } = world;
  await opened(world);

  const page = await see(app, TEAM, await app.signIn("admin"));

  assert.match(page.html, /Open the playground/);
});

Deno.test("a hidden tool is not listed, has no form, and cannot be called", async () => {
  await using world = await playgroundWorld();
  const { app, calls } = world;
  const cookie = await opened(world);

  const list = await see(app, TEAM, cookie);
  const page = await see(app, at("hidden"), cookie);
  const answer = await send(app, at("hidden"), cookie, filled(page.html, { json: "{}" }));

  assert.match(list.html, /rooms__book/);
  assert.doesNotMatch(list.html, /rooms__hidden/);
  assert.match(page.html, /A member is shown no tool of this name/);
  assert.equal(answer.status, 404);
  assert.deepEqual(calls, []);
});

Deno.test("with the policy of a token fewer tools are shown, and no others can be called", async () => {
  await using world = await playgroundWorld();
  const { app, calls } = world;
  const policy = { allow: ["show"], deny: [], readOnly: false };
  const who = { name: "Alice Chen", policy };
  const { id } = await createToken(app.services, AN_ADMIN, "team", who);
  const cookie = await opened(world);
  const asAlice = `${TEAM}&as=${id}`;
  await send(app, asAlice, cookie, { do: "open" });

  const list = await see(app, asAlice, cookie);
  const answer = await send(app, `${asAlice}&tool=rooms__book`, cookie, { do: "call" });
  const none = await see(app, `${TEAM}&as=tok_nobody`, cookie);

  assert.match(list.html, /rooms__show/);
  assert.doesNotMatch(list.html, /rooms__book/);
  assert.equal(answer.status, 404);
  assert.deepEqual(calls, []);
  assert.match(none.html, /There is no active token &quot;tok_nobody&quot;/);
});

Deno.test("what is wrong is said at each field, with what was typed kept, and nothing is called", async () => {
  await using world = await playgroundWorld();
  const { app, calls } = world;
  const cookie = await opened(world);
  const page = await see(app, at("book"), cookie);

  const answer = await send(app, at("book"), cookie, {
    ...filled(page.html, { a0: "B", a1: "13", a2: "maybe", a6: "{" }),
    a4: ["a@example.com", "nobody"],
    "a5-1": "8000",
  });

  assert.equal(answer.status, 400);
  assert.deepEqual(calls, []);
  assert.match(answer.html, /Nothing was called: see what is marked below/);
  assert.equal(problemAt(answer, "a0"), "This has to have at least 2 characters.");
  assert.equal(problemAt(answer, "a1"), "This has to be at most 12.");
  assert.equal(problemAt(answer, "a2"), "Choose one of those that are offered.");
  assert.equal(problemAt(answer, "a5-0"), "Fill this in; the tool needs it.");
  assert.match(problemAt(answer, "a6") ?? "", /not JSON/);
  assert.match(answer.html, /Entry 2: This has to be an e-mail address/);
  assert.equal(typedIn(answer, "a0"), "B");
  assert.equal(typedIn(answer, "a5-1"), "8000");
});

Deno.test("a form turns into JSON and back, and gains rows, without a call", async () => {
  await using world = await playgroundWorld();
  const { app, calls } = world;
  const cookie = await opened(world);
  const page = await see(app, at("book"), cookie);
  const form = filled(page.html, { a0: "Blue", a1: "2" });

  const json = await send(app, at("book"), cookie, { ...form, do: "json" });
  const typed = (typedIn(json, "json") ?? "").replaceAll("&quot;", '"');
  const back = await send(app, at("book"), cookie, { ...form, do: "form", json: typed });
  const beyond = await send(app, at("book"), cookie, { ...form, do: "form", json: '{"other":1}' });
  const rows = await send(app, at("book"), cookie, { ...form, do: "row a4", a4: "x@example.com" });
  const called = await send(app, at("book"), cookie, { ...form, json: '{"room":"Red","n":1}' });

  assert.deepEqual(JSON.parse(typed), { room: "Blue", seats: 2 });
  assert.equal(typedIn(back, "a0"), "Blue");
  assert.match(beyond.html, /The form has no fields for all of this/);
  assert.equal([...rows.html.matchAll(/name="a4"/g)].length, 2);
  assert.equal(called.status, 200);
  assert.deepEqual(calls, [{ name: "book", arguments: { room: "Red", n: 1 } }]);
});

Deno.test("what a tool gives back is text: nothing of it runs, and only plain pictures are shown", async () => {
  await using world = await playgroundWorld();
  const { app } = world;
  const cookie = await opened(world);
  const page = await see(app, at("show"), cookie);

  const answer = await send(app, at("show"), cookie, filled(page.html, {}));

  for (const { html } of [await see(app, at("book"), cookie), answer]) {
    assert.ok(!html.includes(EVIL));
    assert.ok(!html.includes("<img src=x"));
    assert.ok(!html.includes("<script>document"));
  }
  assert.match(answer.html, /&lt;\/pre>&lt;script>document\.title/);
  assert.ok(answer.html.includes(`<img class="picture" src="data:image/png;base64,${PIXEL}"`));
  assert.equal([...answer.html.matchAll(/<img/g)].length, 1);
  assert.doesNotMatch(answer.html, /href="javascript/);
  assert.match(answer.html, /Gives back one⟨U\+202E⟩of each/);
  const policy = answer.headers.get("content-security-policy") ?? "";
  assert.match(policy, /img-src 'self' data:/);
  assert.match(policy, /script-src 'self' 'nonce-/);
  const elsewhere = await see(app, "/audit", cookie);
  assert.doesNotMatch(elsewhere.headers.get("content-security-policy") ?? "", /data:/);
});

Deno.test("a tool that fails, and a server that is not there, say so", async () => {
  await using world = await playgroundWorld();
  const { app } = world;
  const cookie = await opened(world);
  const page = await see(app, at("fails"), cookie);

  const failed = await send(app, at("fails"), cookie, filled(page.html, {}));
  await disableServer(app.services, AN_ADMIN, "rooms", "admin");
  const gone = await see(app, TEAM, cookie);

  assert.match(failed.html, /data-kind="warn">the tool failed/);
  assert.match(gone.html, /<a href="\/servers\/rooms">rooms<\/a>: /);
});

Deno.test("a form of an older definition calls nothing", async () => {
  await using world = await playgroundWorld();
  const { app, calls } = world;
  const cookie = await opened(world);

  const answer = await send(app, at("show"), cookie, { do: "call", schema: "0123456789abcdef" });

  assert.equal(answer.status, 409);
  assert.match(answer.html, /The tool has changed since this form was made/);
  assert.deepEqual(calls, []);
});

Deno.test("when its token was revoked, or its session ended, a playground is opened anew or not at all", async () => {
  await using world = await playgroundWorld();
  const { app, calls } = world;
  const cookie = await opened(world);
  const page = await see(app, at("show"), cookie);
  const form = filled(page.html, {});
  const workspace = await app.services.workspaces.findBySlug("team");
  const [token] = await app.services.tokens.listAll(workspace?.id ?? "" as never);

  await revokeToken(app.services, AN_ADMIN, "team", token.id);
  const revoked = await see(app, TEAM, cookie);
  const again = await send(app, at("show"), cookie, form);
  await (await app.submit("/auth/sign-out", { cookie })).body?.cancel();
  const ended = await send(app, at("show"), cookie, form);

  assert.match(revoked.html, /Open the playground/);
  assert.equal(again.status, 200);
  assert.ok(ended.location?.startsWith("/sign-in"));
  assert.equal(calls.length, 1);
});

Deno.test("a viewer has no playground", async () => {
  await using world = await playgroundWorld();
  const { app } = world;
  const cookie = await app.signIn("viewer");

  assert.equal((await see(app, TEAM, cookie)).status, 403);
  assert.equal((await send(app, TEAM, cookie, { do: "open" })).status, 403);
});

Deno.test("a row of a field that no form has is no fault of the gateway", async () => {
  await using world = await playgroundWorld();
  const { app } = world;
  const cookie = await opened(world);
  const page = await see(app, at("book"), cookie);

  for (const field of ["constructor", "toString", "__proto__", "a99"]) {
    const form = { ...filled(page.html, {}), do: `row ${field}` };
    const { status } = await send(app, at("book"), cookie, form);
    assert.equal(status, 200, field);
  }
});
