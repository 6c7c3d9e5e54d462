import assert from "node:assert/strict";
import { open, seal } from "../../core/secrets/seal.ts";
import { openStore } from "../../core/kv/open_store.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { gitHubEnv, OCTOCAT, signInWithGitHub, someGitHub } from "../_support/github_sign_in.ts";
import { tempStore } from "../_support/temp_store.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const ORG = { AEROSTACK_ADMIN_ORG: "acme:viewer", AEROSTACK_ADMIN_TEAM: "platform:owner" };

/** A clock that a test moves. */
function someClock() {
  let ahead = 0;
  return { now: () => new Date(Date.now() + ahead), advance: (ms: number) => void (ahead += ms) };
}

/** The role that somebody has on a page; `null` when they are led to the sign-in page. */
async function roleOf(app: RunningApp, cookie: string): Promise<string | null> {
  const response = await app.ask("/settings/admins", { headers: { cookie } });
  const html = await response.text();
  return /class="who">\s*\S+\s*<span class="quiet">(\w+)/.exec(html)?.[1] ?? null;
}

async function newestEntry(app: RunningApp) {
  return (await app.services.audit.list({ limit: 1, cursor: null })).items[0];
}

Deno.test("GitHub is asked again after an hour, and not before", async () => {
  await using github = someGitHub();
  const clock = someClock();
  await using app = await startApp(gitHubEnv(github), clock);
  const { cookie } = await signInWithGitHub(app);
  const asked = () => github.requests.filter((request) => request.endsWith("/user")).length;

  clock.advance(HOUR_MS - MINUTE_MS);
  assert.equal(await roleOf(app, cookie), "owner");
  const before = asked();
  clock.advance(2 * MINUTE_MS);
  assert.equal(await roleOf(app, cookie), "owner");
  assert.equal(await roleOf(app, cookie), "owner");

  assert.deepEqual([before, asked()], [1, 2]);
});

Deno.test("who left the organisation is signed out within the hour, with an entry", async () => {
  const user = { ...OCTOCAT, orgs: ["acme"], teams: ["acme/platform"] };
  await using github = someGitHub(user);
  const clock = someClock();
  await using app = await startApp(gitHubEnv(github, ORG), clock);
  const { cookie } = await signInWithGitHub(app);

  user.orgs = [];
  assert.equal(await roleOf(app, cookie), "owner");
  clock.advance(HOUR_MS);
  assert.equal(await roleOf(app, cookie), null);

  user.orgs = ["acme"];
  assert.equal(await roleOf(app, cookie), null);
  const { action, actor, subject, changes } = await newestEntry(app);
  assert.deepEqual([action, actor.kind, subject.name], ["session.end", "gateway", "octocat"]);
  assert.match(String(changes.reason.after), /no rule lets them in/);
});

Deno.test("a role that changed at GitHub takes effect within the hour, with an entry", async () => {
  const user = { ...OCTOCAT, orgs: ["acme"], teams: ["acme/platform"] };
  await using github = someGitHub(user);
  const clock = someClock();
  await using app = await startApp(gitHubEnv(github, ORG), clock);
  const { cookie } = await signInWithGitHub(app);

  user.teams = [];
  user.login = "monalisa";
  clock.advance(HOUR_MS);

  assert.equal(await roleOf(app, cookie), "viewer");
  const { action, changes } = await newestEntry(app);
  assert.equal(action, "session.change");
  assert.deepEqual(changes.role, { before: "owner", after: "viewer" });
  assert.deepEqual(changes.name, { before: "octocat", after: "monalisa" });
});

Deno.test("who took the app's permission back is signed out", async () => {
  await using github = someGitHub();
  const clock = someClock();
  await using app = await startApp(gitHubEnv(github), clock);
  const { cookie } = await signInWithGitHub(app);

  github.revoke("octocat");
  clock.advance(HOUR_MS);

  assert.equal(await roleOf(app, cookie), null);
  assert.match(String((await newestEntry(app)).changes.reason.after), /was revoked/);
});

Deno.test("while GitHub fails people stay in until its last word is four hours old", async () => {
  await using github = someGitHub();
  const clock = someClock();
  await using app = await startApp(gitHubEnv(github), clock);
  const { cookie } = await signInWithGitHub(app);
  const asked = () => github.requests.length;

  github.failing = 502;
  clock.advance(HOUR_MS);
  assert.equal(await roleOf(app, cookie), "owner");
  const first = asked();
  assert.equal(await roleOf(app, cookie), "owner");
  assert.equal(asked(), first);
  clock.advance(5 * MINUTE_MS);
  assert.equal(await roleOf(app, cookie), "owner");
  assert.equal(asked(), first + 1);

  clock.advance(3 * HOUR_MS);
  assert.equal(await roleOf(app, cookie), null);
  assert.match(String((await newestEntry(app)).changes.reason.after), /could not be asked/);
});

Deno.test("who comes back after four hours away is asked about, not refused", async () => {
  await using github = someGitHub();
  const clock = someClock();
  await using app = await startApp(gitHubEnv(github), clock);
  const { cookie } = await signInWithGitHub(app);

  clock.advance(11 * HOUR_MS);
  assert.equal(await roleOf(app, cookie), "owner");
  clock.advance(HOUR_MS);
  assert.equal(await roleOf(app, cookie), null);
});

Deno.test("many requests at once ask GitHub once", async () => {
  await using github = someGitHub();
  const clock = someClock();
  await using app = await startApp(gitHubEnv(github), clock);
  const { cookie } = await signInWithGitHub(app);
  const before = github.requests.length;

  clock.advance(HOUR_MS);
  const roles = await Promise.all(Array.from({ length: 8 }, () => roleOf(app, cookie)));

  assert.deepEqual(roles, Array(8).fill("owner"));
  assert.equal(github.requests.length, before + 1);
});

Deno.test("two processes ask GitHub once, and a session that ends at one ends at the other", async () => {
  const user = { ...OCTOCAT };
  await using github = someGitHub(user);
  const clock = someClock();
  using file = await tempStore();
  const env = gitHubEnv(github, { AEROSTACK_ADMINS: "octocat:owner" });
  await using a = await startApp(env, { store: await openStore(file.path), now: clock.now });
  await using b = await startApp(env, { store: await openStore(file.path), now: clock.now });
  const { cookie } = await signInWithGitHub(a);
  assert.equal(await roleOf(b, cookie), "owner");
  const before = github.requests.length;

  clock.advance(HOUR_MS);
  const both = await Promise.all([a, b, a, b].map((app) => roleOf(app, cookie)));
  assert.deepEqual(both, Array(4).fill("owner"));
  assert.equal(github.requests.length, before + 1);

  user.login = "somebody-else";
  clock.advance(HOUR_MS);
  assert.equal(await roleOf(b, cookie), null);
  assert.equal(await roleOf(a, cookie), null);
});

Deno.test("a process with other rules asks by its own after a minute", async () => {
  await using github = someGitHub();
  const clock = someClock();
  using file = await tempStore();
  const [mine, others] = [{ AEROSTACK_ADMINS: "octocat" }, { AEROSTACK_ADMINS: "hubot" }];
  let cookie: string;
  {
    const store = await openStore(file.path);
    await using before = await startApp(gitHubEnv(github, mine), { store, now: clock.now });
    cookie = (await signInWithGitHub(before)).cookie;
  }

  clock.advance(MINUTE_MS);
  const store = await openStore(file.path);
  await using after = await startApp(gitHubEnv(github, others), { store, now: clock.now });

  assert.equal(await roleOf(after, cookie), null);
});

Deno.test("where GitHub is not set up any more, its sessions open nothing", async () => {
  await using github = someGitHub();
  using file = await tempStore();
  const store = await openStore(file.path);
  await using with_ = await startApp(gitHubEnv(github), { store });
  const { cookie } = await signInWithGitHub(with_);

  await using without = await startApp({}, { store: await openStore(file.path) });

  assert.equal(await roleOf(without, cookie), null);
  assert.equal(await roleOf(with_, cookie), "owner");
});

Deno.test("a rotation of the master keys seals the access token again, and the session keeps its end", async () => {
  await using github = someGitHub();
  const clock = someClock();
  using file = await tempStore();
  const store = await openStore(file.path);
  await using app = await startApp(gitHubEnv(github), { store, now: clock.now });
  const { cookie } = await signInWithGitHub(app);
  const { sealed } = app.services;
  const records = await Array.fromAsync(sealed.list());
  const [record] = records.filter(({ content }) => {
    return content !== "damaged" && content.label.startsWith("access token of the session ses_");
  });
  const { keyring } = app.services;

  await sealed.renew(record, clock.now(), async ({ context, sealed }) => {
    return await seal(keyring, context, await open(keyring, context, sealed) ?? "");
  });

  const [session] = await app.services.admins.sessions.list(clock.now());
  const before = record.content === "damaged" ? null : record.content.sealed.ciphertext;
  assert.notEqual(session.sealed?.ciphertext, before);
  clock.advance(HOUR_MS);
  assert.equal(await roleOf(app, cookie), "owner");
  clock.advance(11 * HOUR_MS);
  assert.equal(await roleOf(app, cookie), null);
});
