import assert from "node:assert/strict";
import { keepArguments } from "../../core/arguments/change_argument_logging.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { newTokenText } from "../../core/tokens/token_text.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { disableWorkspace, enableWorkspace } from "../../core/workspaces/disable_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";

const OPEN = { AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" };
const VALUE = "ghp_0123456789abcdef";
const HOUR_MS = 3_600_000;

/** The app with a server that wants a key of Alice's own, and Alice's token. */
async function ownPage(env: Record<string, string> = {}, now = () => new Date()) {
  const app = await startApp({ ...OPEN, ...env }, { now });
  const { services } = app;
  await createWorkspace(services, AN_ADMIN, { slug: "team", name: "The team" });
  const url = "http://127.0.0.1:1/mcp";
  await registerServer(services, AN_ADMIN, { slug: "github", name: "GitHub", url });
  await installServer(services, AN_ADMIN, { workspace: "team", server: "github" });
  await setSecret(services, AN_ADMIN, "github", "TOKEN", { perMember: true });
  const alice = await createToken(services, AN_ADMIN, "team", { name: "Alice Chen" });
  return { app, services, alice, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

async function signIn(app: RunningApp, token: string): Promise<string> {
  const response = await app.submit("/me", { fields: { token } });
  await response.body?.cancel();
  assert.equal(response.status, 303);
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

async function textOf(app: RunningApp, cookie: string): Promise<string> {
  return await (await app.ask("/me", { headers: { cookie } })).text();
}

Deno.test("a member signs in with their token, sets a secret and removes it, without a script", async () => {
  await using at = await ownPage();
  const cookie = await signIn(at.app, ` ${at.alice.token}\n`);
  const fields = { server: "github", name: "TOKEN" };

  const before = await textOf(at.app, cookie);
  const set = await at.app.submit("/me/secrets", {
    cookie,
    fields: { ...fields, intent: "set", value: VALUE },
  });
  const after = await textOf(at.app, cookie);
  const removed = await at.app.submit("/me/secrets", {
    cookie,
    fields: { ...fields, intent: "remove", value: "" },
  });
  const last = await textOf(at.app, cookie);

  assert.match(before, /Alice Chen.*GitHub.*TOKEN.*calls of this server are refused until/s);
  assert.doesNotMatch(before, /value="remove"/);
  assert.deepEqual([set.status, set.headers.get("location")], [303, "/me"]);
  assert.match(after, />set<.*<time.*New value.*value="remove"/s);
  assert.ok(!after.includes(VALUE));
  assert.equal(removed.status, 303);
  assert.match(last, /not set/);
  assert.doesNotMatch(before + after, /<script(?![^>]*nonce)|\son[a-z]+=/);
  await Promise.all([set.body?.cancel(), removed.body?.cancel()]);
});

Deno.test("who signs in anew ends the session that the browser had before, and no other", async () => {
  await using at = await ownPage();
  const here = await signIn(at.app, at.alice.token);
  const elsewhere = await signIn(at.app, at.alice.token);

  const fields = { token: at.alice.token };
  const response = await at.app.submit("/me", { cookie: here, fields });
  const now = response.headers.get("set-cookie")?.split(";")[0] ?? "";

  assert.doesNotMatch(await textOf(at.app, here), /Alice Chen/);
  assert.match(await textOf(at.app, now), /Alice Chen/);
  assert.match(await textOf(at.app, elsewhere), /Alice Chen/);
  await response.body?.cancel();
});

Deno.test("a value that cannot be sent is refused at its field, and not shown", async () => {
  await using at = await ownPage();
  const cookie = await signIn(at.app, at.alice.token);

  const fields = { server: "github", name: "TOKEN", intent: "set", value: "spaces-behind  " };
  const response = await at.app.submit("/me/secrets", { cookie, fields });
  const html = await response.text();

  assert.equal(response.status, 400);
  const id = "set-github_TOKEN-value-problem";
  assert.match(html, new RegExp(`aria-invalid="true"[^>]*aria-describedby="${id}"`));
  assert.match(html, new RegExp(`id="${id}">The value begins or ends with a space`));
  assert.ok(!html.includes("spaces-behind"));
});

Deno.test("a value that is too short to be looked for is stored when its member says so", async () => {
  await using at = await ownPage();
  const cookie = await signIn(at.app, at.alice.token);
  const fields = { server: "github", name: "TOKEN", intent: "set", value: "abc1234" };

  const before = await textOf(at.app, cookie);
  const refused = await at.app.submit("/me/secrets", { cookie, fields });
  const html = await refused.text();
  const set = await at.app.submit("/me/secrets", {
    cookie,
    fields: { ...fields, allowShort: "on" },
  });
  await set.body?.cancel();
  const after = await textOf(at.app, cookie);

  assert.doesNotMatch(before, /name="allowShort"/);
  assert.equal(refused.status, 400);
  assert.match(html, /It has less than 8 characters, so it cannot be looked for/);
  assert.match(html, /name="allowShort"/);
  assert.ok(!html.includes("abc1234"));
  assert.equal(set.status, 303);
  assert.match(before, /calls of this server are refused until/);
  assert.doesNotMatch(after, /calls of this server are refused until/);
});

Deno.test("every token that opens nothing gets one and the same page", async () => {
  let aheadMs = 0;
  await using at = await ownPage({}, () => new Date(Date.now() + aheadMs));
  const { app, services, alice } = at;
  const revoked = await createToken(services, AN_ADMIN, "team", { name: "Bob" });
  await revokeToken(services, AN_ADMIN, "team", revoked.id);
  const soon = new Date(Date.now() + HOUR_MS).toISOString();
  const expired = await createToken(services, AN_ADMIN, "team", { name: "Dan", expiresAt: soon });
  aheadMs = 2 * HOUR_MS;

  const pages = [];
  for (
    const token of [
      "",
      "x",
      newTokenText("Alice"),
      revoked.token,
      expired.token,
      `${alice.token}x`,
      "aat_0123456789012345678901234567890123",
    ]
  ) {
    const response = await app.submit("/me", { fields: { token } });
    assert.equal(response.status, 401, token);
    assert.equal(response.headers.get("set-cookie"), null);
    pages.push((await response.text()).replaceAll(/nonce="[^"]*"/g, ""));
  }

  assert.equal(new Set(pages).size, 1);
  assert.match(pages[0], /aria-describedby="sign-in-token-problem".*This token opens nothing/s);
});

Deno.test("a member's session is a cookie of this host alone, for an hour", async () => {
  await using plain = await ownPage();
  await using secure = await ownPage({ AEROSTACK_PUBLIC_URL: "https://mcp.example.com" });

  const cookies = [plain, secure].map(async ({ app, alice }) => {
    const response = await app.submit("/me", { fields: { token: alice.token } });
    await response.body?.cancel();
    return response.headers.get("set-cookie")?.replace(/[0-9A-Za-z]{43}/, "…");
  });

  assert.deepEqual(await Promise.all(cookies), [
    "aerostack-me=…; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax",
    "__Host-aerostack-me=…; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure",
  ]);
});

Deno.test("a member's session ends with its token, its workspace, by signing out, and in time", async () => {
  await using at = await ownPage();
  const { app, services, alice } = at;
  const isIn = async (cookie: string) => /name="token"/.exec(await textOf(app, cookie)) === null;

  const first = await signIn(app, alice.token);
  await disableWorkspace(services, AN_ADMIN, "team");
  assert.equal(await isIn(first), false);
  await enableWorkspace(services, AN_ADMIN, "team");
  assert.equal(await isIn(first), true);
  await (await app.submit("/me/sign-out", { cookie: first })).body?.cancel();
  assert.equal(await isIn(first), false);

  const second = await signIn(app, alice.token);
  const ref = { workspaceId: (await services.workspaces.findBySlug("team"))?.id, id: alice.id };
  assert.ok(ref.workspaceId !== undefined);
  const longAgo = new Date(Date.now() - HOUR_MS);
  const old = await services.selfSessions.create({ ...ref, workspaceId: ref.workspaceId }, longAgo);
  assert.equal(await isIn(`aerostack-me=${old}`), false);
  assert.equal(await isIn(second), true);
  await revokeToken(services, AN_ADMIN, "team", alice.id);
  assert.equal(await isIn(second), false);

  const fields = { server: "github", name: "TOKEN", intent: "set", value: VALUE };
  const late = await app.submit("/me/secrets", { cookie: second, fields });
  assert.deepEqual([late.status, late.headers.get("location")], [303, "/me"]);
  await late.body?.cancel();
});

Deno.test("a member's session opens no page of admins, and an admin's none of members", async () => {
  await using at = await ownPage();
  const member = await signIn(at.app, at.alice.token);
  const admin = await at.app.signIn();

  for (const path of ["/", "/audit", "/settings/tokens"]) {
    const response = await at.app.ask(path, { headers: { cookie: member } });
    assert.equal(response.headers.get("location"), "/sign-in");
    await response.body?.cancel();
  }
  // The text of one is worth nothing under the other's name.
  const swapped = [member.replace("aerostack-me=", "aerostack="), admin];
  const [asAdmin, asMember] = await Promise.all([
    at.app.ask("/", { headers: { cookie: swapped[0] } }),
    at.app.ask("/me", { headers: { cookie: admin.replace("aerostack=", "aerostack-me=") } }),
  ]);
  assert.equal(asAdmin.headers.get("location"), "/sign-in");
  assert.match(await asMember.text(), /name="token"/);
  await asAdmin.body?.cancel();
});

Deno.test("the own page keeps out of caches and frames, and takes no foreign form", async () => {
  await using at = await ownPage();
  const cookie = await signIn(at.app, at.alice.token);

  const page = await at.app.ask("/me", { headers: { cookie } });
  assert.equal(page.headers.get("cache-control"), "no-store");
  assert.match(page.headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
  await page.body?.cancel();

  const headers = { origin: "https://evil.example" };
  const fields = { server: "github", name: "TOKEN", intent: "set", value: VALUE };
  for (const path of ["/me", "/me/secrets", "/me/sign-out"]) {
    const response = await at.app.submit(path, { cookie, headers, fields });
    assert.equal(response.status, 403, path);
    await response.body?.cancel();
  }
  assert.match(await textOf(at.app, cookie), /not set/);
});

Deno.test("a member's page says so while the arguments of their calls are kept", async () => {
  await using at = await ownPage();
  const cookie = await signIn(at.app, at.alice.token);

  const before = await textOf(at.app, cookie);
  await keepArguments(at.services, AN_ADMIN, "team", {});
  const after = await textOf(at.app, cookie);

  assert.doesNotMatch(before, /keeps the arguments/);
  assert.match(after, /This workspace keeps the arguments of your calls/);
});

Deno.test("a member sees their servers, how their editor is connected, and their own calls alone", async () => {
  await using at = await ownPage();
  const { app, services, alice } = at;
  const bob = await createToken(services, AN_ADMIN, "team", { name: "Bob" });
  const workspace = await services.workspaces.findBySlug("team");
  assert.ok(workspace !== null);
  for (const [token, tool] of [[alice, "of_alice"], [bob, "of_bob"]] as const) {
    const { id: tokenId, name: person } = token;
    await services.callLog.record(workspace, {
      ...{ at: new Date().toISOString(), tokenId, person, email: null, serverId: null },
      ...{ server: "github", method: "tools/call", tool, era: "modern", outcome: "ok" },
      ...{ reason: null, durationMs: 12, bytesIn: 1, bytesOut: 2 },
    });
  }

  const html = await textOf(app, await signIn(app, alice.token));

  assert.match(html, /GitHub <code class="chip">github</);
  assert.match(html, /id="editor-cursor".*AEROSTACK_TEAM_TOKEN.*id="editor-claude-desktop"/s);
  assert.match(html, /of_alice/);
  assert.doesNotMatch(html, /of_bob/);
  assert.ok(!html.includes(alice.token));
});

Deno.test("a member is told once what they did", async () => {
  await using at = await ownPage();
  const cookie = await signIn(at.app, at.alice.token);
  const fields = { server: "github", name: "TOKEN", intent: "set", value: VALUE };

  const set = await at.app.submit("/me/secrets", { cookie, fields });
  const notice = set.headers.get("set-cookie")?.split(";")[0] ?? "";
  const next = await at.app.ask("/me", { headers: { cookie: `${cookie}; ${notice}` } });

  assert.ok(!notice.includes(VALUE));
  assert.match(await next.text(), /role="status"><span>Your TOKEN of github is set/);
  assert.match(next.headers.get("set-cookie") ?? "", /aerostack-notice=; .*Max-Age=0/);
  await set.body?.cancel();
});
