import assert from "node:assert/strict";
import { type RunningApp, startApp } from "../_support/app.ts";
import { gitHubEnv, OCTOCAT, signInWithGitHub, someGitHub } from "../_support/github_sign_in.ts";

const PATH = "/settings/admins";

async function htmlOf(app: RunningApp, cookie: string): Promise<string> {
  return await (await app.ask(PATH, { headers: { cookie } })).text();
}

/** Ids of the sessions that the page lists, in its order. */
async function idsSeenBy(app: RunningApp, cookie: string): Promise<string[]> {
  const html = await htmlOf(app, cookie);
  return [...html.matchAll(/value="(ses_\w+)"/g)].map(([, id]) => id)
    .filter((id, at, all) => all.indexOf(id) === at);
}

async function isSignedIn(app: RunningApp, cookie: string): Promise<boolean> {
  const response = await app.ask("/", { headers: { cookie } });
  await response.body?.cancel();
  return response.status === 200;
}

async function submit(app: RunningApp, cookie: string, fields: Record<string, string>) {
  const response = await app.submit(PATH, { cookie, fields });
  await response.body?.cancel();
  return { status: response.status, location: response.headers.get("location") };
}

Deno.test("an owner sees who is signed in, by which rule, and who may", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github, {
    AEROSTACK_ADMINS: "octocat:owner,hubot:viewer",
    AEROSTACK_ADMIN_ORG: "acme",
    AEROSTACK_ADMIN_TEAM: "platform",
  }));
  await app.signIn("viewer");
  const { cookie } = await signInWithGitHub(app);

  const html = await htmlOf(app, cookie);

  assert.match(html, /<strong>octocat<\/strong>.*this browser/s);
  assert.match(html, /the list of admins/);
  assert.match(html, /hubot<\/a>.*viewer.*AEROSTACK_ADMINS/s);
  assert.match(html, /acme\/platform<\/a>.*admin.*AEROSTACK_ADMIN_TEAM/s);
  assert.doesNotMatch(html, /gho_|ciphertext/);
});

Deno.test("a viewer sees their own sessions alone, and ends no others", async () => {
  await using app = await startApp();
  const owner = await app.signIn("owner");
  const viewer = await app.signIn("viewer");
  const all = await idsSeenBy(app, owner);

  const seen = await idsSeenBy(app, viewer);
  const theirs = all.find((id) => !seen.includes(id)) ?? "";
  const refused = await Promise.all([
    submit(app, viewer, { intent: "end", of: theirs }),
    submit(app, viewer, { intent: "everywhere", of: theirs }),
    submit(app, viewer, { intent: "link", name: "Eve", role: "owner" }),
  ]);

  assert.equal(all.length, 2);
  assert.equal(seen.length, 1);
  assert.deepEqual(refused.map(({ status }) => status), [404, 404, 403]);
  assert.ok(await isSignedIn(app, owner));
  assert.doesNotMatch(await htmlOf(app, viewer), /Make a sign-in link/);
});

Deno.test("a session that is ended opens nothing from the next request on", async () => {
  await using github = someGitHub({ ...OCTOCAT });
  await using app = await startApp(gitHubEnv(github));
  const first = (await signInWithGitHub(app)).cookie;
  const [id] = await idsSeenBy(app, first);
  const second = (await signInWithGitHub(app)).cookie;

  const { status, location } = await submit(app, second, { intent: "end", of: id });

  assert.deepEqual([status, location], [303, PATH]);
  assert.deepEqual([await isSignedIn(app, first), await isSignedIn(app, second)], [false, true]);
});

Deno.test("signing out everywhere ends all one's own sessions and nobody else's", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github, { AEROSTACK_ADMINS: "octocat,hubot" }));
  const own = [await signInWithGitHub(app), await signInWithGitHub(app)].map((one) => one.cookie);
  const [id] = await idsSeenBy(app, own[0]);
  github.user = { id: 2, login: "hubot" };
  const other = (await signInWithGitHub(app)).cookie;

  const { location } = await submit(app, own[1], { intent: "everywhere", of: id });

  assert.equal(location, "/sign-in");
  assert.deepEqual(await Promise.all(own.map((one) => isSignedIn(app, one))), [false, false]);
  assert.ok(await isSignedIn(app, other));
  const [entry] = (await app.services.audit.list({ limit: 1, cursor: null })).items;
  assert.equal(entry.action, "session.end");
  assert.deepEqual(entry.changes.sessions, { before: 2, after: 0 });
});

Deno.test("an owner signs somebody else out everywhere", async () => {
  await using app = await startApp();
  const viewers = [await app.signIn("viewer"), await app.signIn("viewer")];
  const [id] = await idsSeenBy(app, viewers[0]);
  const owner = await app.signIn("owner");

  const { location } = await submit(app, owner, { intent: "everywhere", of: id });

  assert.equal(location, PATH);
  assert.deepEqual(await Promise.all(viewers.map((one) => isSignedIn(app, one))), [false, false]);
  assert.ok(await isSignedIn(app, owner));
});

Deno.test("an owner makes a sign-in link for a role, which is shown once", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  const fields = { intent: "link", name: "Alice Chen", role: "viewer" };

  const made = await app.submit(PATH, { cookie, fields });
  const html = await made.text();
  const link = /http:\/\/[^"<\s]+\/auth\/link\/\w{43}/.exec(html)?.[0] ?? "";
  const used = await app.submit(link);
  await used.body?.cancel();
  const theirs = used.headers.get("set-cookie")?.split(";")[0] ?? "";

  assert.equal(made.status, 200);
  assert.equal(made.headers.get("location"), null);
  assert.match(html, /data-once/);
  assert.doesNotMatch(await htmlOf(app, cookie), /\/auth\/link\/\w{43}/);
  assert.match(await htmlOf(app, theirs), /Alice Chen\s*<span class="quiet">viewer/);
});

Deno.test("a link for nobody, or for no role, is said at its field", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  const wrong: [Record<string, string>, string][] = [
    [{ name: " ", role: "admin" }, "link-name"],
    [{ name: "x".repeat(101), role: "admin" }, "link-name"],
    [{ name: "Alice", role: "king" }, "link-role"],
  ];

  for (const [fields, field] of wrong) {
    const response = await app.submit(PATH, { cookie, fields: { intent: "link", ...fields } });
    assert.equal(response.status, 400);
    const html = await response.text();
    assert.ok(html.includes(`id="${field}-problem"`), field);
    assert.ok(html.includes(`value="${fields.name}"`));
  }
});

Deno.test("of one person's sessions the newest stay, and others' are left alone", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github));
  const link = await app.signIn();
  const first = (await signInWithGitHub(app)).cookie;

  for (let signIns = 0; signIns < 20; signIns++) await signInWithGitHub(app);

  assert.equal(await isSignedIn(app, first), false);
  assert.ok(await isSignedIn(app, link));
  assert.equal((await app.services.admins.sessions.list(new Date())).length, 21);
});
