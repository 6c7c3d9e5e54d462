import assert from "node:assert/strict";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { registerServer } from "../../core/servers/register_server.ts";

const ENV = {
  AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1",
  AEROSTACK_ADMIN_TOKEN: "an-admin-token-0123456789",
};
const VALUE = "ghp_0123456789abcdef";

/** The app with a workspace, a server with two secrets, and Alice, who sets one of them. */
async function world() {
  const app = await startApp(ENV);
  const { services } = app;
  await createWorkspace(services, AN_ADMIN, { slug: "team", name: "The team" });
  await createWorkspace(services, AN_ADMIN, { slug: "other" });
  for (const slug of ["github", "plain"]) {
    const url = "http://127.0.0.1:1/mcp";
    await registerServer(services, AN_ADMIN, { slug, name: `Server ${slug}`, url });
    await installServer(services, AN_ADMIN, { workspace: "team", server: slug });
  }
  await setSecret(services, AN_ADMIN, "github", "TOKEN", { perMember: true });
  await setSecret(services, AN_ADMIN, "github", "SHARED", { value: "shared-value" });
  await setSecret(services, AN_ADMIN, "plain", "KEY", { value: "another-value" });
  const input = { name: "Alice Chen", email: "alice@example.com" };
  const alice = await createToken(services, AN_ADMIN, "team", input);

  const send = async (method: string, path: string, json?: unknown, bearer = alice.token) => {
    const response = await app.ask(`/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${bearer}`,
        ...(json === undefined ? {} : { "content-type": "application/json" }),
      },
      body: json === undefined ? undefined : JSON.stringify(json),
    });
    const text = await response.text();
    return { status: response.status, text, body: text === "" ? null : JSON.parse(text) };
  };
  return { app, services, alice, send, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

Deno.test("GET /me says whose token it is and which secrets are theirs to set", async () => {
  await using at = await world();

  const before = await at.send("GET", "/me");
  const put = await at.send("PUT", "/me/secrets/github/TOKEN", { value: VALUE });
  const after = await at.send("GET", "/me");

  assert.deepEqual(before.body, {
    name: "Alice Chen",
    email: "alice@example.com",
    workspace: { slug: "team", name: "The team" },
    logsArguments: false,
    page: `${at.app.origin}/me`,
    servers: [{
      slug: "github",
      name: "Server github",
      secrets: [{ name: "TOKEN", isSet: false, setAt: null, hasShared: false }],
    }],
  });
  assert.equal(put.status, 204);
  assert.equal(after.body.servers[0].secrets[0].isSet, true);
  assert.ok(!after.text.includes(VALUE) && !after.text.includes("ghp_"));
});

Deno.test("a member's secret is removed once; an admin sees how many are set, and no more", async () => {
  await using at = await world();
  const admin = ENV.AEROSTACK_ADMIN_TOKEN;
  await at.send("PUT", "/me/secrets/github/TOKEN", { value: VALUE });

  const seen = await at.send("GET", "/servers/github/secrets", undefined, admin);
  const removed = await at.send("DELETE", "/me/secrets/github/TOKEN");
  const again = await at.send("DELETE", "/me/secrets/github/TOKEN");
  const left = await at.send("GET", "/servers/github", undefined, admin);

  const token = seen.body.items.find(({ name }: { name: string }) => name === "TOKEN");
  assert.deepEqual([token.perMember, token.isSet, token.membersSet], [true, false, 1]);
  assert.ok(!seen.text.includes("ghp_"));
  assert.deepEqual([removed.status, again.status], [204, 404]);
  assert.match(again.body.error.message, /You have not set the secret "TOKEN" of server "github"/);
  assert.equal(left.body.secrets.at(-1).membersSet, 0);
});

Deno.test("a change of a member's own secret has one entry, with who and what, and no value", async () => {
  await using at = await world();
  const newest = async () => {
    const { items } = await at.services.audit.list({ limit: 1, cursor: null });
    return items[0];
  };

  await at.send("PUT", "/me/secrets/github/TOKEN", { value: VALUE });
  const set = await newest();
  await at.send("DELETE", "/me/secrets/github/TOKEN");
  const removed = await newest();

  assert.deepEqual([set.action, removed.action], ["member_secret.set", "member_secret.remove"]);
  assert.equal(removed.seq, set.seq + 1);
  for (const { actor, subject } of [set, removed]) {
    assert.deepEqual(actor, { kind: "member", id: at.alice.id, name: "Alice Chen", via: "api" });
    assert.equal(subject.server, "github");
    assert.equal(subject.secret, "TOKEN");
    assert.equal(subject.member, "email:alice@example.com");
  }
  assert.deepEqual(set.changes, { version: { before: null, after: 1 } });
  assert.ok(!JSON.stringify([set, removed]).includes("ghp_"));
});

Deno.test("a member sets only what is theirs to set, and all else reads alike", async () => {
  await using at = await world();
  const sentences = new Set<string>();

  for (
    const path of ["github/SHARED", "github/NONE", "plain/KEY", "nowhere/TOKEN", "..%2f/TOKEN"]
  ) {
    for (const [method, json] of [["PUT", { value: VALUE }], ["DELETE", undefined]] as const) {
      const { status, body } = await at.send(method, `/me/secrets/${path}`, json);
      assert.equal(status, 404, path);
      sentences.add(body.error.message.replaceAll(/"[^"]*"/g, "…"));
    }
  }
  const bob = await createToken(at.services, AN_ADMIN, "other", { name: "Bob" });
  const foreign = await at.send("PUT", "/me/secrets/github/TOKEN", { value: VALUE }, bob.token);

  assert.equal(sentences.size, 1, [...sentences].join("\n"));
  assert.equal(foreign.status, 404);
  assert.equal((await at.send("GET", "/me")).body.servers[0].secrets[0].isSet, false);
});

Deno.test("PUT /me/secrets refuses what cannot be sent, with the field and without the value", async () => {
  await using at = await world();
  const cases: [unknown, string][] = [
    [{}, "value"],
    [{ value: "" }, "value"],
    [{ value: "short" }, "value"],
    [{ value: "with a line\nbreak" }, "value"],
    [{ value: "x".repeat(8193) }, "value"],
    [{ value: VALUE, rules: [] }, "rules"],
  ];

  for (const [json, field] of cases) {
    const { status, body, text } = await at.send("PUT", "/me/secrets/github/TOKEN", json);
    assert.deepEqual([status, body.error.field], [400, field], text);
    assert.ok(!text.includes("with a line"));
  }
  const name = await at.send("PUT", "/me/secrets/github/NO%20NAME", { value: VALUE });
  assert.deepEqual([name.status, name.body.error.field], [400, "name"]);
  const short = { value: "short", allowShort: true };
  assert.equal((await at.send("PUT", "/me/secrets/github/TOKEN", short)).status, 204);
});

Deno.test("a token that has ended sets nothing, though its holder was let in with it", async () => {
  await using at = await world();
  const { services, alice } = at;
  const get = services.servers.findBySlug.bind(services.servers);
  services.servers.findBySlug = async (slug) => {
    // In the middle of the request, after the bearer was looked at.
    if (slug === "github") await revokeToken(services, AN_ADMIN, "team", alice.id);
    return await get(slug);
  };

  const { status } = await at.send("PUT", "/me/secrets/github/TOKEN", { value: VALUE });

  assert.equal(status, 401);
  const server = await get("github");
  assert.ok(server !== null);
  const secret = await services.secrets.get(server.id, "TOKEN");
  assert.ok(secret !== null);
  assert.equal(await services.memberSecrets.count(server.id, secret.id), 0);
});
