import assert from "node:assert/strict";
import { createAdminToken } from "../../core/admins/create_admin_token.ts";
import { removeAdminToken } from "../../core/admins/remove_admin_token.ts";
import { KnownDefinitions } from "../../core/definitions/known_definitions.ts";
import { newTokenId } from "../../core/ids.ts";
import { keys } from "../../core/kv/keys.ts";
import { offboardMember } from "../../core/members/offboard_member.ts";
import { setMemberSecret } from "../../core/members/set_member_secret.ts";
import { SecretName } from "../../core/secrets/secret.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { removeServer } from "../../core/servers/remove_server.ts";
import { SessionStateStore } from "../../core/sessions/session_state_store.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { MAX_TOKENS_PER_WORKSPACE } from "../../core/tokens/token_store.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { removeWorkspace } from "../../core/workspaces/remove_workspace.ts";
import { AN_ADMIN, someServer, someWorkspace, type TestCore, testCore } from "../_support/core.ts";

const ALICE = "alice@example.com";
const SLUGS = { workspace: "team", server: "notes" };
const VALUE = { value: "a value of their own" };
const NAMES = ["X-One", "X-Two"].map((name) => SecretName.parse(name));

/**
 * What outlives what it belonged to: counters, so that whoever trusts an older copy notices,
 * the log, and what rings with every event or change of a server. Eras expire a day later, and what counts changes of members in three minutes.
 */
const STAYS = [
  ...["audit", "audit_head", "epoch", "event_bell", "member_epoch", "people_epoch", "quota"],
  ...["server_eras", "servers_bell"],
];

/** The kinds of records that hang on a server, a workspace, a token or an admin. */
const PREPARED = [
  ...["admin_token", "admin_token_by_hash", "definition", "install", "installed_in"],
  ...["list_version", "member_secret", "member_secret_count", "own_secret", "pin", "pin_head"],
  ...["secret", "server", "server_by_slug", "session_state", "token", "token_by_email"],
  ...["token_by_hash", "workspace", "workspace_by_slug"],
];

/** A workspace and a server with everything that hangs on them. */
async function prepare(core: TestCore) {
  const team = await someWorkspace(core, "team");
  const server = await someServer(core, "notes");
  await setSecret(core, AN_ADMIN, "notes", SecretName.parse("X-Key"), { value: "a shared value" });
  for (const name of NAMES) await setSecret(core, AN_ADMIN, "notes", name, { perMember: true });
  await installServer(core, AN_ADMIN, SLUGS);

  await core.health.setEras(server.id, {
    url: server.externalUrl,
    modern: true,
    legacy: "none",
    probedAt: core.now().toISOString(),
  });
  const known = new KnownDefinitions({ pins: core.pins, now: core.now, log: assert.fail });
  await known.compare(server, "tools", [{ name: "query", description: "a" }], true);
  await known.compare(server, "tools", [{ name: "query", description: "b" }], true);
  for await (const { key } of core.kv.list({ prefix: ["events"] })) await core.kv.delete(key);

  return { team, server };
}

/** A token of the workspace that has set both secrets, and whose session has a state. */
async function aMember(core: TestCore, email?: string, expiresAt?: string) {
  const { id } = await createToken(core, AN_ADMIN, "team", { name: "Alice", email, expiresAt });
  const workspace = await core.workspaces.findBySlug("team");
  const token = workspace && await core.tokens.get(workspace.id, id);
  assert.ok(token);
  for (const name of NAMES) {
    await setMemberSecret(core, { token, via: "api", server: "notes", name }, VALUE);
  }
  const owner = { memberId: id, sessionKey: "s" };
  await new SessionStateStore(core.kv).update(owner, (state) => ({ ...state, logLevel: "debug" }));
  return token;
}

async function kindsIn(core: TestCore): Promise<Set<string>> {
  const kinds = await Array.fromAsync(core.kv.list({ prefix: [] }), ({ key }) => String(key[0]));
  return new Set(kinds);
}

async function assertOnlyLeft(core: TestCore, more: readonly string[] = []): Promise<void> {
  const left = [...await kindsIn(core)].filter((kind) => ![...STAYS, ...more].includes(kind));
  assert.deepEqual(left, []);
}

Deno.test("what is removed one by one leaves nothing but counters and the log", async () => {
  using core = await testCore();
  await prepare(core);
  const [, nameless] = [await aMember(core, ALICE), await aMember(core)];
  const admin = await createAdminToken(core, AN_ADMIN, { name: "Bob" });
  const before = [...await kindsIn(core)];
  assert.deepEqual(before, [...PREPARED, ...STAYS].sort());

  await removeAdminToken(core, AN_ADMIN, admin.id);
  await revokeToken(core, AN_ADMIN, "team", nameless.id);
  const { secretsRemoved } = await offboardMember(core, AN_ADMIN, ALICE);
  assert.equal(secretsRemoved, 2);
  await removeServer(core, AN_ADMIN, "notes", { force: true });
  await removeWorkspace(core, AN_ADMIN, "team", { force: true });

  await assertOnlyLeft(core);
});

Deno.test("a removed workspace takes along what its tokens had set for themselves alone", async () => {
  using core = await testCore();
  const { server } = await prepare(core);
  await aMember(core);
  await aMember(core, ALICE);

  await removeWorkspace(core, AN_ADMIN, "team", { force: true });

  const left = await Array.fromAsync(core.kv.list({ prefix: ["member_secret"] }));
  assert.deepEqual(left.map(({ key }) => key.at(-1)), [`email:${ALICE}`, `email:${ALICE}`]);
  for await (const { key, value } of core.kv.list({ prefix: ["member_secret_count"] })) {
    assert.deepEqual([key[1], value], [server.id, 1]);
  }

  await offboardMember(core, AN_ADMIN, ALICE);
  await removeServer(core, AN_ADMIN, "notes", { force: true });
  await assertOnlyLeft(core);
});

Deno.test("a removed server takes along what members had set of it", async () => {
  using core = await testCore();
  await prepare(core);
  await aMember(core);
  await aMember(core, ALICE);

  await removeServer(core, AN_ADMIN, "notes", { force: true });

  const ofMembers = ["token", "token_by_hash", "token_by_email", "session_state"];
  await assertOnlyLeft(core, ["workspace", "workspace_by_slug", ...ofMembers]);
});

Deno.test("a full workspace forgets an expired token with what it had set for itself alone", async () => {
  using core = await testCore();
  await prepare(core);
  const soon = new Date(core.now().getTime() + 1_000).toISOString();
  const expired = await aMember(core, undefined, soon);
  for (let at = 1; at < MAX_TOKENS_PER_WORKSPACE; at += 500) {
    const atomic = core.kv.atomic();
    for (let one = at; one < Math.min(at + 500, MAX_TOKENS_PER_WORKSPACE); one++) {
      const token = { ...expired, id: newTokenId(), expiresAt: null };
      atomic.set(keys.token(token.workspaceId, token.id), token);
    }
    await atomic.commit();
  }
  core.advance(2_000);

  await createToken(core, AN_ADMIN, "team", { name: "One more" });

  assert.equal(await core.tokens.get(expired.workspaceId, expired.id), null);
  const kinds = await kindsIn(core);
  assert.deepEqual(["member_secret", "own_secret"].filter((kind) => kinds.has(kind)), []);
});
