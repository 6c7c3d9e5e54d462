import assert from "node:assert/strict";
import { type RunningApp, startApp } from "../_support/app.ts";
import {
  comeBack,
  CookieJar,
  gitHubEnv,
  goToGitHub,
  OCTOCAT,
  signInWithGitHub,
  someGitHub,
} from "../_support/github_sign_in.ts";

const HUBOT = { id: 2, login: "hubot" };

/** The page that a refused browser is shown, as text without tags. */
async function shown(app: RunningApp, location: string, cookie: string) {
  const response = await app.ask(location, { headers: { cookie } });
  const html = await response.text();
  const text = html.replaceAll(/<[^>]+>/g, " ").replaceAll("&#39;", "'").replaceAll(/\s+/g, " ");
  return { status: response.status, html, text };
}

Deno.test("who is on the list signs in with GitHub, in the role that it says", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github));

  const { location, cookie } = await signInWithGitHub(app);
  const page = await app.ask("/", { headers: { cookie } });

  assert.equal(location, "/");
  assert.match(await page.text(), /octocat\s*<span class="quiet">owner/);
  const [entry] = (await app.services.audit.list({ limit: 1, cursor: null })).items;
  assert.equal(entry.action, "session.begin");
  assert.deepEqual([entry.actor.kind, entry.actor.name], ["session", "octocat"]);
  assert.equal(entry.changes.rule.after, "AEROSTACK_ADMINS");
});

Deno.test("the session is ours: no cookie and no record of the library's is left", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github));

  const { cookie } = await signInWithGitHub(app);

  assert.match(cookie, /(^|; )aerostack=[0-9A-Za-z]{43}(;|$)/);
  assert.doesNotMatch(cookie, /aerostack-oauth|site-session/);
  const text = /aerostack=([0-9A-Za-z]{43})/.exec(cookie)?.[1] ?? "";
  for await (const { key, value } of app.services.store.kv.list({ prefix: [] })) {
    const record = JSON.stringify([key, value], (_, part) => {
      return typeof part === "bigint" ? String(part) : part;
    });
    assert.ok(!record.includes(text), JSON.stringify(key));
    assert.doesNotMatch(record, /gho_/);
  }
});

Deno.test("what GitHub is asked for is the least that the rules need", async () => {
  await using github = someGitHub();
  await using byLogin = await startApp(gitHubEnv(github));
  await using byOrg = await startApp(gitHubEnv(github, { AEROSTACK_ADMIN_ORG: "acme" }));

  const [plain, org] = await Promise.all([byLogin, byOrg].map(async (app) => {
    const begun = await app.ask("/auth/sign-in");
    await begun.body?.cancel();
    return new URL(begun.headers.get("location") ?? "").searchParams;
  }));

  assert.equal(plain.get("scope"), null);
  assert.equal(org.get("scope"), "read:org");
  assert.equal(plain.get("redirect_uri"), `${byLogin.origin}/auth/callback`);
  assert.equal(plain.get("code_challenge_method"), "S256");
  assert.ok((plain.get("state") ?? "").length >= 32);
});

Deno.test("behind a proxy that takes https off, cookies are bound to the host all the same", async () => {
  await using github = someGitHub();
  await using app = await startApp({
    ...gitHubEnv(github),
    AEROSTACK_PUBLIC_URL: "https://mcp.example.com",
  });
  const jar = new CookieJar();

  const callback = await goToGitHub(app, jar);
  assert.ok(jar.has("__Host-oauth-session"));
  assert.ok(callback.startsWith("https://mcp.example.com/auth/callback?"));

  assert.equal(await comeBack(app, jar, callback), "/");
  assert.ok(jar.has("__Host-aerostack"));
});

Deno.test("the page that one wanted is where one lands", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github));

  const headers = { accept: "text/html,application/xhtml+xml" };
  const refused = await app.ask("/audit?actor=octocat", { headers });
  await refused.body?.cancel();
  const signIn = refused.headers.get("location") ?? "";
  const html = await (await app.ask(signIn)).text();
  const link = /href="(\/auth\/sign-in[^"]*)"/.exec(html)?.[1].replaceAll("&amp;", "&");
  const { location, cookie } = await signInWithGitHub(app, link);
  const again = await app.ask(signIn, { headers: { cookie } });
  await again.body?.cancel();

  assert.equal(signIn, "/sign-in?next=%2Faudit%3Factor%3Doctocat");
  assert.equal(location, "/audit?actor=octocat");
  assert.equal(again.headers.get("location"), "/audit?actor=octocat");
});

Deno.test("what a form did or a script asked for is no page to come back to", async () => {
  await using app = await startApp();
  const script = {
    "sec-fetch-dest": "empty",
    "sec-fetch-site": "same-origin",
    accept: "text/html",
  };

  const answers = [
    await app.submit("/settings/tokens", { fields: { intent: "make" } }),
    await app.ask("/audit", { headers: script }),
  ];

  for (const response of answers) {
    assert.equal(response.headers.get("location"), "/sign-in");
    await response.body?.cancel();
  }
});

Deno.test("nobody is led to another site after signing in", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github));
  const cookie = await app.signIn();
  const targets = [
    "//evil.example",
    "/\\evil.example",
    "/.//evil.example",
    "/x/..//evil.example",
    "https://evil.example/",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "evil",
    `/${"a".repeat(2_000)}`,
    "/auth/sign-out",
    "/sign-in?next=/",
  ];

  for (const target of targets) {
    const next = encodeURIComponent(target);
    const { location } = await signInWithGitHub(app, `/auth/sign-in?next=${next}`);
    assert.equal(location, "/", target);
    const there = await app.ask(`/sign-in?next=${next}`, { headers: { cookie } });
    assert.equal(there.headers.get("location"), "/", target);
    await there.body?.cancel();
  }

  const theirs = await signInWithGitHub(app, "/auth/sign-in?success_url=https://evil.example");
  assert.equal(theirs.location, "/");
});

Deno.test("who is on no list is told so, and whom to ask", async () => {
  await using github = someGitHub({ id: 9, login: "mallory" });
  await using app = await startApp(
    gitHubEnv(github, { AEROSTACK_ADMINS: "octocat:owner,hubot,mona:owner" }),
  );

  const { location, cookie } = await signInWithGitHub(app, "/auth/sign-in?next=/audit");
  const { status, html, text } = await shown(app, location, cookie);

  assert.equal(location, "/sign-in?next=%2Faudit");
  assert.equal(status, 403);
  assert.match(text, /mallory may not sign in here/);
  assert.match(text, /not on the list of admins/);
  assert.match(text, /ask octocat ?, mona ?\./);
  assert.match(html, new RegExp(`href="${github.url}/octocat"`));
  assert.match(html, /href="\/auth\/sign-in\?account=other&amp;next=%2Faudit"/);
  assert.doesNotMatch(cookie, /aerostack=/);
});

Deno.test("another account can be chosen at GitHub", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github));

  const begun = await app.ask("/auth/sign-in?account=other");
  await begun.body?.cancel();

  const url = new URL(begun.headers.get("location") ?? "");
  assert.equal(url.searchParams.get("prompt"), "select_account");
});

Deno.test("the organisation and its teams let people in, the highest role counts", async () => {
  await using github = someGitHub();
  const rules = {
    AEROSTACK_ADMINS: "hubot:viewer",
    AEROSTACK_ADMIN_ORG: "acme:viewer",
    AEROSTACK_ADMIN_TEAM: "platform:owner,support",
  };
  await using app = await startApp(gitHubEnv(github, rules));
  const people = [
    [{ ...OCTOCAT, orgs: ["acme"] }, "viewer", "acme"],
    [{ ...OCTOCAT, orgs: ["acme"], teams: ["acme/support"] }, "admin", "acme/support"],
    [
      { ...OCTOCAT, orgs: ["acme"], teams: ["acme/support", "acme/platform"] },
      "owner",
      "acme/platform",
    ],
    [{ ...HUBOT, login: "HuBot" }, "viewer", "AEROSTACK_ADMINS"],
    [{ ...HUBOT, orgs: ["acme"], teams: ["acme/support"] }, "admin", "acme/support"],
    // A team of another organisation has the same name.
    [{ ...OCTOCAT, orgs: ["other"], teams: ["acme/platform"] }, null, null],
  ] as const;

  for (const [user, role, rule] of people) {
    github.user = user;
    await signInWithGitHub(app);
    const [session] = await app.services.admins.sessions.list(new Date());
    const { name, gitHub } = session ?? {};
    assert.equal(session?.role ?? null, role, JSON.stringify(user));
    assert.equal(gitHub?.rule ?? null, rule);
    if (session !== undefined) {
      assert.equal(name, user.login);
      const by = { kind: "gateway", id: null, name: "gateway", via: "gateway" } as const;
      await app.services.admins.sessions.endById(by, session.id, new Date());
    }
  }
});

Deno.test("who is not in the organisation or the team is told which, and why it cannot be seen", async () => {
  await using github = someGitHub();
  await using app = await startApp(
    gitHubEnv(github, { AEROSTACK_ADMIN_ORG: "acme", AEROSTACK_ADMIN_TEAM: "platform" }),
  );
  const cases: [Partial<typeof github.user>, string | null, RegExp][] = [
    [{}, null, /not a member of the organisation acme \./],
    [{ invitedTo: ["acme"] }, null, /invitation to the organisation acme has not been accepted/],
    [{ orgs: ["acme"] }, null, /not a member of the team acme\/platform \./],
    [
      { orgs: ["acme"] },
      "unapproved",
      /organisation acme has not approved this gateway's OAuth app/,
    ],
    [{ orgs: ["acme"] }, "sso", /organisation acme wants its own sign-on first/],
  ];

  for (const [about, hidden, sentence] of cases) {
    github.user = { ...OCTOCAT, ...about };
    github.hidden.clear();
    if (hidden === "sso" || hidden === "unapproved") github.hidden.set("acme", hidden);
    const { location, cookie } = await signInWithGitHub(app);
    const { status, text } = await shown(app, location, cookie);
    assert.equal(status, 403);
    assert.match(text, sentence);
    assert.match(text, /Ask whoever runs this gateway/);
  }
});
