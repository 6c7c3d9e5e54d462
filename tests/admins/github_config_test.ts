import assert from "node:assert/strict";
import { ownerWarning, readGitHubConfig } from "../../core/admins/github_config.ts";
import { ConfigError } from "../../core/environment.ts";

const CLIENT = { GITHUB_CLIENT_ID: "id", GITHUB_CLIENT_SECRET: "secret" };

Deno.test("readGitHubConfig() finds nothing where nothing is set", () => {
  assert.equal(readGitHubConfig({ GITHUB_CLIENT_ID: " ", AEROSTACK_ADMINS: "" }), null);
});

Deno.test("readGitHubConfig() reads people, an organisation and teams with their roles", () => {
  const config = readGitHubConfig({
    ...CLIENT,
    AEROSTACK_ADMINS: "octocat:owner, hubot,mona_acme:viewer,",
    AEROSTACK_ADMIN_ORG: "acme",
    AEROSTACK_ADMIN_TEAM: "platform:owner,support",
  });

  assert.deepEqual(config?.rules, {
    logins: [
      { login: "octocat", role: "owner" },
      { login: "hubot", role: "admin" },
      { login: "mona_acme", role: "viewer" },
    ],
    // Where teams are named, they alone may, unless the organisation has a role.
    org: { login: "acme", role: null },
    teams: [{ slug: "platform", role: "owner" }, { slug: "support", role: "admin" }],
  });
});

Deno.test("readGitHubConfig() lets a whole organisation in where that is said", () => {
  const orgOf = (env: Record<string, string>) => readGitHubConfig({ ...CLIENT, ...env })?.rules.org;

  assert.equal(orgOf({ AEROSTACK_ADMIN_ORG: "acme" })?.role, "admin");
  assert.equal(orgOf({ AEROSTACK_ADMIN_ORG: "acme:viewer" })?.role, "viewer");
  const both = { AEROSTACK_ADMIN_ORG: "acme:viewer", AEROSTACK_ADMIN_TEAM: "platform" };
  assert.equal(orgOf(both)?.role, "viewer");
});

Deno.test("readGitHubConfig() knows where each GitHub has its API", () => {
  const urls = [
    [undefined, "https://github.com", "https://api.github.com"],
    ["https://github.com/", "https://github.com", "https://api.github.com"],
    ["https://acme.ghe.com", "https://acme.ghe.com", "https://api.acme.ghe.com"],
    ["https://git.acme.example", "https://git.acme.example", "https://git.acme.example/api/v3"],
    ["https://git.acme.example:8443", undefined, "https://git.acme.example:8443/api/v3"],
    ["http://127.0.0.1:3000", undefined, "http://127.0.0.1:3000/api/v3"],
  ];

  for (const [value, url, apiUrl] of urls) {
    const env = { ...CLIENT, AEROSTACK_ADMINS: "a", AEROSTACK_GITHUB_URL: value };
    const config = readGitHubConfig(env);
    assert.equal(config?.url, url ?? value);
    assert.equal(config?.apiUrl, apiUrl);
  }
});

Deno.test("readGitHubConfig() says what is set by half, or wrong, and repeats no secret", () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ AEROSTACK_ADMINS: "a" }, /AEROSTACK_ADMINS is set.*GITHUB_CLIENT_ID/s],
    [{ AEROSTACK_GITHUB_URL: "https://x.example" }, /AEROSTACK_GITHUB_URL is set/],
    [{ GITHUB_CLIENT_ID: "id" }, /GITHUB_CLIENT_SECRET is not/],
    [{ GITHUB_CLIENT_SECRET: "secret" }, /GITHUB_CLIENT_ID is not/],
    [CLIENT, /nobody may sign in/],
    [{ ...CLIENT, AEROSTACK_ADMIN_TEAM: "platform" }, /AEROSTACK_ADMIN_ORG is not/],
    [{ ...CLIENT, AEROSTACK_ADMIN_ORG: "a,b" }, /name one/],
    [{ ...CLIENT, AEROSTACK_ADMINS: "a:king" }, /"a:king".*:viewer, :admin or :owner/s],
    [{ ...CLIENT, AEROSTACK_ADMINS: "a b" }, /"a b"/],
    [{ ...CLIENT, AEROSTACK_ADMINS: "../a" }, /"..\/a"/],
    [{ ...CLIENT, AEROSTACK_ADMINS: "a,A:owner" }, /names "a" twice/],
    [{ ...CLIENT, AEROSTACK_ADMINS: Array(51).fill("a").join() }, /it takes 50/],
    [
      { ...CLIENT, AEROSTACK_ADMINS: "a", AEROSTACK_GITHUB_URL: "http://git.example" },
      /use https/,
    ],
    [
      { ...CLIENT, AEROSTACK_ADMINS: "a", AEROSTACK_GITHUB_URL: "https://git.example/api" },
      /without a path/,
    ],
  ];

  for (const [env, sentence] of cases) {
    assert.throws(() => readGitHubConfig(env), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, sentence);
      assert.ok(!error.message.includes('"secret"'));
      return true;
    });
  }
});

Deno.test("rules that make nobody an owner are warned of", () => {
  const warningOf = (rules: Record<string, string>) => {
    return ownerWarning(readGitHubConfig({ ...CLIENT, ...rules }));
  };

  assert.match(warningOf({ AEROSTACK_ADMINS: "octocat" }) ?? "", /octocat:owner/);
  assert.match(warningOf({ AEROSTACK_ADMIN_ORG: "acme:viewer" }) ?? "", /octocat:owner/);
  assert.equal(warningOf({ AEROSTACK_ADMINS: "hubot,octocat:owner" }), null);
  assert.equal(warningOf({ AEROSTACK_ADMIN_ORG: "acme:owner" }), null);
  const teams = { AEROSTACK_ADMIN_ORG: "acme", AEROSTACK_ADMIN_TEAM: "platform:owner" };
  assert.equal(warningOf(teams), null);
  assert.equal(ownerWarning(null), null);
});
