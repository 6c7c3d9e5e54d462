import assert from "node:assert/strict";
import { setMemberSecret } from "../../core/members/set_member_secret.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import type { CreatedToken } from "../../core/tokens/token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { problemAt, see, send, typedIn } from "./_forms.ts";

const ALICE = "/members/alice%40example.com";
const OWN_VALUE = "ghp_0123456789abcdef";

/** Two workspaces; Alice is in both and has set a key of her own, Bob is in one. */
async function membersPage(role: "admin" | "viewer" = "admin") {
  const app = await startApp({ AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" });
  const { services } = app;
  const url = "http://127.0.0.1:1/mcp";
  await registerServer(services, AN_ADMIN, { slug: "github", name: "GitHub", url });
  await registerServer(services, AN_ADMIN, { slug: "linear", name: "Linear", url });
  await setSecret(services, AN_ADMIN, "github", "TOKEN", { perMember: true });
  await setSecret(services, AN_ADMIN, "linear", "KEY", { perMember: true, value: OWN_VALUE });
  const { id } = await createWorkspace(services, AN_ADMIN, { slug: "backend", name: "Backend" });
  await createWorkspace(services, AN_ADMIN, { slug: "data", name: "Data" });
  for (const server of ["github", "linear"]) {
    await installServer(services, AN_ADMIN, { workspace: "backend", server });
  }

  const make = (workspace: string, name: string, email?: string): Promise<CreatedToken> =>
    createToken(services, AN_ADMIN, workspace, { name, email });
  const alice = await make("backend", "Alice Chen", "Alice@example.com");
  await make("data", "Alice Chen", "alice@example.com");
  await make("backend", "Bob Okafor", "bob@example.com");
  await make("backend", "CI");
  const token = await services.tokens.get(id, alice.id);
  assert.ok(token !== null);
  const ref = { token, via: "page" as const, server: "github", name: "TOKEN" };
  await setMemberSecret(services, ref, { value: OWN_VALUE });

  const cookie = await app.signIn(role);
  return { app, services, cookie, alice, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

/** The words of a row of a table. */
function rowOf(html: string, word: string): string {
  const rows = [...html.matchAll(/<tr.*?<\/tr>/gs)].map(([row]) => row);
  const row = rows.find((text) => text.includes(word)) ?? "";
  return row.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ").trim();
}

Deno.test("all people are listed by address, with their workspaces, and found and sorted", async () => {
  await using at = await membersPage();
  const emails = async (query = "") => {
    const { html } = await see(at.app, `/members${query}`, at.cookie);
    return [...html.matchAll(/<strong>([^<]+@[^<]+)<\/strong>/g)].map(([, email]) => email);
  };

  const { html } = await see(at.app, "/members", at.cookie);

  assert.equal(rowOf(html, "alice@"), "alice@example.com Alice Chen backend data 2");
  assert.equal(rowOf(html, "bob@"), "bob@example.com Bob Okafor backend 1");
  assert.doesNotMatch(html, />CI</);
  assert.deepEqual(await emails("?q=bob"), ["bob@example.com"]);
  assert.deepEqual((await emails("?sort=workspaces"))[0], "bob@example.com");
  assert.deepEqual((await emails("?sort=workspaces&dir=desc"))[0], "alice@example.com");
});

Deno.test("the list of people follows every change at once", async () => {
  await using at = await membersPage();
  const { app, services, cookie } = at;
  const words = async (email: string) => {
    return rowOf((await see(app, "/members", cookie)).html, email);
  };
  assert.equal(await words("carla@"), "");

  const carla = { name: "Carla", email: "carla@example.com" };
  const first = await createToken(services, AN_ADMIN, "data", carla);
  assert.equal(await words("carla@"), "carla@example.com Carla data 1");
  await createToken(services, AN_ADMIN, "backend", carla);
  assert.equal(await words("carla@"), "carla@example.com Carla backend data 2");
  await revokeToken(services, AN_ADMIN, "data", first.id);
  assert.equal(await words("carla@"), "carla@example.com Carla backend 1");
  await send(app, "/members/carla%40example.com", cookie, {
    intent: "offboard",
    confirm: "carla@example.com",
  });
  assert.equal(await words("carla@"), "");
});

Deno.test("a person's page says where they have access and which keys they have set", async () => {
  await using at = await membersPage();

  const { html } = await see(at.app, ALICE, at.cookie);

  assert.match(rowOf(html, "Backend"), /^Backend mwt_alice_.{4}… active just now never never$/);
  assert.match(rowOf(html, "Data"), /^Data mwt_alice_.{4}… active/);
  assert.match(html, /TOKEN<\/code>.*href="\/servers\/github"/s);
  assert.match(html, /href="\/calls\?member=alice%40example\.com"/);
  assert.ok(!html.includes(OWN_VALUE));
});

Deno.test("offboarding wants the address typed, and then ends all and says what", async () => {
  await using at = await membersPage();
  const { app, services, cookie } = at;

  const wrong = await send(app, ALICE, cookie, { intent: "offboard", confirm: "alice" });
  const before = await services.members.get("alice@example.com");
  const right = { intent: "offboard", confirm: "alice@example.com" };
  const done = await send(app, ALICE, cookie, right);
  const after = await services.members.get("alice@example.com");
  const later = await see(app, ALICE, cookie);

  assert.equal(wrong.status, 400);
  assert.match(problemAt(wrong, "confirm") ?? "", /Type exactly alice@example\.com/);
  assert.equal(typedIn(wrong, "confirm"), "alice");
  assert.match(wrong.html, /<details class="confirm" open/);
  assert.equal(before?.tokens.length, 2);
  assert.equal(done.status, 200);
  const said = done.html.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
  assert.match(said, /alice@example\.com: 2 tokens in 2 workspaces revoked, 1 secret of their own/);
  assert.match(said, /No access any more/);
  assert.deepEqual(after?.tokens, []);
  assert.doesNotMatch(later.html, /Offboard this person/);
  assert.equal((await services.members.get("bob@example.com"))?.tokens.length, 1);
});

Deno.test("a workspace's members are shown with their tokens and the keys that are missing", async () => {
  await using at = await membersPage();

  const { html } = await see(at.app, "/workspaces/backend/members", at.cookie);
  const found = await see(at.app, "/workspaces/backend/members?q=bob", at.cookie);
  const plain = await see(at.app, "/workspaces/data/members", at.cookie);

  assert.match(
    rowOf(html, "Alice"),
    /^Alice Chen alice@example\.com mwt_alice_.{4}… never set github TOKEN shared one linear KEY$/,
  );
  assert.match(rowOf(html, "Bob"), /never missing github TOKEN shared one linear KEY$/);
  assert.match(rowOf(html, "CI"), /no e-mail address/);
  assert.deepEqual([rowOf(found.html, "Alice"), rowOf(found.html, "Bob") === ""], ["", false]);
  assert.doesNotMatch(plain.html, /Their own secrets/);
});

Deno.test("two tokens of one address are one member; who has only revoked ones is none", async () => {
  await using at = await membersPage();
  const { app, services, cookie, alice } = at;
  const more = { name: "Alice Chen", email: "ALICE@example.com" };
  await createToken(services, AN_ADMIN, "backend", more);
  const two = await see(app, "/workspaces/backend/members", cookie);
  await revokeToken(services, AN_ADMIN, "backend", alice.id);
  const bob = (await services.members.get("bob@example.com"))?.tokens[0];
  await revokeToken(services, AN_ADMIN, "backend", bob?.id ?? "");

  const after = await see(app, "/workspaces/backend/members", cookie);

  assert.equal(two.html.match(/<strong>Alice Chen<\/strong>/g)?.length, 1);
  assert.equal(rowOf(two.html, "Alice").match(/mwt_alice/g)?.length, 2);
  assert.equal(rowOf(after.html, "Alice").match(/mwt_alice/g)?.length, 1);
  assert.equal(rowOf(after.html, "Bob"), "");
});

Deno.test("a viewer sees people, and cannot offboard one", async () => {
  await using at = await membersPage("viewer");

  const shown = await see(at.app, ALICE, at.cookie);
  const sent = await send(at.app, ALICE, at.cookie, {
    intent: "offboard",
    confirm: "alice@example.com",
  });

  assert.equal(shown.status, 200);
  assert.doesNotMatch(shown.html, /Offboard|name="intent"/);
  assert.equal(sent.status, 403);
  assert.equal((await at.services.members.get("alice@example.com"))?.tokens.length, 2);
});

Deno.test("who never had a token is nobody, whatever stands in the address", async () => {
  await using at = await membersPage();
  for (const email of ["nobody%40example.com", "x0", "%25", "a%20b"]) {
    const answer = await see(at.app, `/members/${email}`, at.cookie);
    assert.equal(answer.status, 404, email);
    assert.match(answer.html, /There is nothing here/);
  }
});
