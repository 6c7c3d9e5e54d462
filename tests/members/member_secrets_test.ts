import assert from "node:assert/strict";
import { newSecretId, newServerId } from "../../core/ids.ts";
import { keys } from "../../core/kv/keys.ts";
import { memberKeyOf } from "../../core/members/member_key.ts";
import type { MemberSecret } from "../../core/members/member_secret.ts";
import { offboardMember } from "../../core/members/offboard_member.ts";
import { openMemberSecret, sealMemberSecret } from "../../core/members/seal_member_secret.ts";
import {
  MAX_CHANGES_PER_MINUTE,
  removeMemberSecret,
  setMemberSecret,
} from "../../core/members/set_member_secret.ts";
import { open } from "../../core/secrets/seal.ts";
import { OpenServer } from "../../core/upstream/open_target.ts";
import { removeSecret } from "../../core/secrets/remove_secret.ts";
import { SEALED_KINDS } from "../../core/secrets/sealed_kinds.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { viewSecrets } from "../../core/secrets/view_secret.ts";
import { removeServer } from "../../core/servers/remove_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { hashToken } from "../../core/tokens/token_text.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { disableWorkspace } from "../../core/workspaces/disable_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { uninstallServer } from "../../core/workspaces/uninstall_server.ts";
import {
  AN_ADMIN,
  epochOf,
  someServer,
  someWorkspace,
  type TestCore,
  testCore,
  testKeyring,
} from "../_support/core.ts";

const SLUG = "internal-api";
const SLUGS = { workspace: "engineering", server: SLUG };
const VALUE = "a-value-of-alice";

/** A server with a secret that each member sets, installed in a workspace. */
async function declared() {
  const core = await testCore();
  const server = await someServer(core);
  const workspace = await someWorkspace(core);
  await installServer(core, AN_ADMIN, SLUGS);
  const secret = await setSecret(core, AN_ADMIN, SLUG, "KEY", { perMember: true });
  return { core, server, workspace, secret, [Symbol.dispose]: () => core.store.close() };
}

async function aMember(core: TestCore, email?: string) {
  const input = { name: "Alice Chen", email };
  const { token: text } = await createToken(core, AN_ADMIN, "engineering", input);
  const token = await core.tokens.findByHash(hashToken(text));
  assert.ok(token !== null);
  return { token, via: "api" as const, server: SLUG, name: "KEY" };
}

/** Every record that members' secrets have left. */
function left(core: TestCore): Promise<Deno.KvKey[]> {
  const all = ["member_secret", "member_secret_count"].map((kind) =>
    Array.fromAsync(core.kv.list({ prefix: [kind] }), ({ key }) => key)
  );
  return Promise.all(all).then((lists) => lists.flat());
}

Deno.test("setMemberSecret() seals a value for its server, secret, member and version", async () => {
  using at = await declared();
  const alice = await aMember(at.core, "Alice@Example.com");

  const first = await setMemberSecret(at.core, alice, { value: VALUE });
  const second = await setMemberSecret(at.core, alice, { value: `${VALUE}-2` });

  assert.deepEqual([first.version, second.version], [1, 2]);
  assert.equal(second.member, "email:alice@example.com");
  assert.equal((await openMemberSecret(at.core.keyring, second)).reveal(), `${VALUE}-2`);
  const stored = await Array.fromAsync(at.core.kv.list({ prefix: [] }));
  const text = Deno.inspect(stored, { depth: 9, strAbbreviateSize: Infinity });
  assert.ok(!text.includes(VALUE));
});

Deno.test("openMemberSecret() refuses a ciphertext that was made for another place", async () => {
  const keyring = testKeyring();
  const place = {
    id: newSecretId(),
    serverId: newServerId(),
    secretId: newSecretId(),
    member: memberKeyOf({ id: "tok_0123456789abcdefghij", email: null }),
    version: 1,
  };
  const sealed = await sealMemberSecret(keyring, place, VALUE);
  const own: MemberSecret = { ...place, sealed, setAt: "2026-11-22T09:30:00.000Z" };
  assert.equal((await openMemberSecret(keyring, own)).reveal(), VALUE);

  const moved: MemberSecret[] = [
    { ...own, id: newSecretId() },
    { ...own, serverId: newServerId() },
    { ...own, secretId: newSecretId() },
    { ...own, member: memberKeyOf({ id: "x", email: "bob@example.com" }) },
    { ...own, version: 2 },
  ];
  for (const other of moved) {
    await assert.rejects(openMemberSecret(keyring, other), /was not sealed for this place/);
  }
});

Deno.test("setMemberSecret() and removeMemberSecret() touch every workspace of the server", async () => {
  using at = await declared();
  const { core } = at;
  const other = await someWorkspace(core, "sales");
  await installServer(core, AN_ADMIN, { workspace: "sales", server: SLUG });
  const alice = await aMember(core);
  const epochs = () => Promise.all([at.workspace, other].map(({ id }) => epochOf(core, id)));
  const [a, b] = await epochs();

  await setMemberSecret(core, alice, { value: VALUE });
  assert.deepEqual(await epochs(), [a + 1n, b + 1n]);
  await removeMemberSecret(core, alice);
  assert.deepEqual(await epochs(), [a + 2n, b + 2n]);
});

Deno.test("MemberSecretStore.put() touches a workspace that installs the server at that moment", async () => {
  using at = await declared();
  const { core } = at;
  const other = await someWorkspace(core, "sales");
  const alice = await aMember(core);
  const before = await epochOf(core, other.id);
  const keyring = core.keyring;
  let looks = 0;
  const derive = keyring.derive.bind(keyring);
  keyring.derive = async (...args) => {
    if (looks++ === 0) {
      await installServer(core, AN_ADMIN, { workspace: "sales", server: SLUG });
    }
    return await derive(...args);
  };

  await setMemberSecret(core, alice, { value: VALUE });

  assert.equal(await epochOf(core, other.id), before + 2n);
});

Deno.test("members who set theirs at the same time are all counted, once each", async () => {
  using at = await declared();
  const members = await Promise.all(Array.from({ length: 12 }, () => aMember(at.core)));

  await Promise.all(
    members.flatMap((member) =>
      [1, 2].map((n) => setMemberSecret(at.core, member, { value: `${VALUE}-${n}` }))
    ),
  );
  const [all] = await viewSecrets(at.core, at.server.id);
  await Promise.all(members.slice(0, 5).map((member) => removeMemberSecret(at.core, member)));
  const [some] = await viewSecrets(at.core, at.server.id);

  assert.deepEqual([all.membersSet, some.membersSet], [12, 7]);
});

Deno.test("a secret takes the values of 10,000 members, and no more", async () => {
  using at = await declared();
  const { core, server, secret } = at;
  const alice = await aMember(core);
  await core.kv.set(keys.memberSecretCount(server.id, secret.id), 10_000);

  await assert.rejects(setMemberSecret(core, alice, { value: VALUE }), {
    code: "limit_reached",
    message: /10000 members have set the secret "KEY"/,
  });
});

Deno.test("a member whose access has ended sets nothing, however it ended", async () => {
  using at = await declared();
  const { core } = at;
  const alice = await aMember(core);
  const wish = () => setMemberSecret(core, alice, { value: VALUE });

  await uninstallServer(core, AN_ADMIN, SLUGS);
  await assert.rejects(wish(), { code: "not_found" });
  await installServer(core, AN_ADMIN, SLUGS);
  await setSecret(core, AN_ADMIN, SLUG, "KEY", { value: "a-shared-value", perMember: false });
  await assert.rejects(wish(), { code: "not_found" });
  await setSecret(core, AN_ADMIN, SLUG, "KEY", { perMember: true });
  await wish();
  await disableWorkspace(core, AN_ADMIN, "engineering");
  await assert.rejects(wish(), { code: "unauthorized" });
  await assert.rejects(removeMemberSecret(core, alice), { code: "unauthorized" });
});

Deno.test("a revoked token sets nothing", async () => {
  using at = await declared();
  const alice = await aMember(at.core);
  await revokeToken(at.core, AN_ADMIN, "engineering", alice.token.id);

  await assert.rejects(setMemberSecret(at.core, alice, { value: VALUE }), { code: "unauthorized" });
  assert.deepEqual(await left(at.core), []);
});

Deno.test("what members set goes with the secret, with its server, and when it is shared again", async () => {
  const ends: [string, (core: TestCore) => Promise<unknown>][] = [
    ["secret", (core) => removeSecret(core, AN_ADMIN, SLUG, "KEY", { force: true })],
    ["server", (core) => removeServer(core, AN_ADMIN, SLUG, { force: true })],
    ["shared", (core) => {
      const input = { value: "a-shared-value", perMember: false };
      return setSecret(core, AN_ADMIN, SLUG, "KEY", input);
    }],
  ];
  for (const [what, end] of ends) {
    using at = await declared();
    for (let n = 0; n < 3; n++) {
      await setMemberSecret(at.core, await aMember(at.core), { value: VALUE });
    }
    assert.equal((await left(at.core)).length, 4);

    await end(at.core);

    assert.deepEqual(await left(at.core), [], what);
  }
});

Deno.test("what was set of a secret that was removed is nothing to one that has its name anew", async () => {
  using at = await declared();
  const { core, server } = at;
  const alice = await aMember(core, "alice@example.com");
  await setMemberSecret(core, alice, { value: VALUE });
  core.memberSecrets.clear = () => Promise.resolve();
  await removeSecret(core, AN_ADMIN, SLUG, "KEY", { force: true });
  const anew = await setSecret(core, AN_ADMIN, SLUG, "KEY", { perMember: true });

  const found = await core.memberSecrets.findMany(server.id, [anew.id], memberKeyOf(alice.token));

  assert.equal(found.size, 0);
});

Deno.test("a value that the rules do not carry any more is not sent, and its member is told", async () => {
  using at = await declared();
  const { core } = at;
  const alice = await aMember(core);
  const rules = [{ kind: "query" as const, name: "key" }];
  await setSecret(core, AN_ADMIN, SLUG, "KEY", { perMember: true, rules });
  await setMemberSecret(core, alice, { value: "schlüssel-ключ" });
  const header = [{ kind: "header" as const, name: "X-Key" }];
  await setSecret(core, AN_ADMIN, SLUG, "KEY", { perMember: true, rules: header });
  const open = await OpenServer.open(core, at.server);

  await assert.rejects(open.forMember(memberKeyOf(alice.token)), (error: Error) => {
    assert.match(error.message, /What you set as "KEY" of server "internal-api" cannot be sent/);
    assert.ok(!error.message.includes("ключ"));
    return "code" in error && error.code === "secret_missing";
  });
});

Deno.test("a rotation of master keys knows members' secrets, and what opens them", async () => {
  using at = await declared();
  const { core } = at;
  const stored = await setMemberSecret(core, await aMember(core), { value: VALUE });

  const kind = SEALED_KINDS.find(({ prefix }) => prefix[0] === "member_secret");
  const content = kind?.read(stored);

  assert.ok(content !== undefined && typeof content !== "string");
  assert.deepEqual(content.sealed, stored.sealed);
  assert.equal(await open(core.keyring, content.context, content.sealed), VALUE);
  assert.ok(!content.label.includes(VALUE));
});

Deno.test("offboarding a person removes what they had set, and nobody else's", async () => {
  using at = await declared();
  const { core, server } = at;
  await setSecret(core, AN_ADMIN, SLUG, "SECOND", { perMember: true });
  const alice = await aMember(core, "Alice@example.com");
  const bob = await aMember(core, "bob@example.com");
  for (const name of ["KEY", "SECOND"]) {
    await setMemberSecret(core, { ...alice, name }, { value: VALUE });
  }
  await setMemberSecret(core, bob, { value: VALUE });
  const before = await epochOf(core, at.workspace.id);

  await offboardMember(core, AN_ADMIN, "alice@EXAMPLE.com");

  const views = await viewSecrets(core, server.id);
  assert.deepEqual(views.map(({ name, membersSet }) => [name, membersSet]), [["KEY", 1], [
    "SECOND",
    0,
  ]]);
  assert.equal((await left(core)).filter(([kind]) => kind === "member_secret").length, 1);
  assert.ok(await epochOf(core, at.workspace.id) > before);
});

Deno.test("what was opened with a value that is gone is never taken for what is set anew", async () => {
  using at = await declared();
  const { core, server } = at;
  const alice = await aMember(core);
  const fingerprint = async () => {
    const open = await OpenServer.open(core, server);
    return (await open.forMember(memberKeyOf(alice.token))).fingerprint;
  };
  const seen = new Set<string>();

  await setMemberSecret(core, alice, { value: VALUE });
  seen.add(await fingerprint());
  await removeMemberSecret(core, alice);
  await setMemberSecret(core, alice, { value: `${VALUE}-2` });
  seen.add(await fingerprint());
  await setMemberSecret(core, alice, { value: `${VALUE}-3` });
  seen.add(await fingerprint());
  for (const value of ["a-shared-value", "another-shared-value"]) {
    await removeSecret(core, AN_ADMIN, SLUG, "KEY", { force: true });
    await setSecret(core, AN_ADMIN, SLUG, "KEY", { value });
    seen.add(await fingerprint());
  }

  assert.equal(seen.size, 5);
});

Deno.test("a member changes secrets 60 times a minute, whatever becomes of it, and others are not affected", async () => {
  using at = await declared();
  const { core } = at;
  const [alice, bob] = [await aMember(core, "alice@example.com"), await aMember(core)];
  const again = await aMember(core, "Alice@Example.com");

  await setMemberSecret(core, alice, { value: VALUE });
  for (let count = 1; count < MAX_CHANGES_PER_MINUTE; count++) {
    await assert.rejects(setMemberSecret(core, { ...again, name: "NONE" }, { value: VALUE }), {
      code: "not_found",
    });
  }

  const refused = { code: "rate_limited", retryAfterSeconds: 60 };
  await assert.rejects(setMemberSecret(core, alice, { value: VALUE }), refused);
  await assert.rejects(removeMemberSecret(core, again), refused);
  await setMemberSecret(core, bob, { value: VALUE });
  core.advance(60_000);
  await removeMemberSecret(core, again);
});

Deno.test("a member removes what they have set, also when its server left their workspace, and learns of no other", async () => {
  using at = await declared();
  const { core } = at;
  const [alice, bob] = [await aMember(core, "alice@example.com"), await aMember(core)];
  await setMemberSecret(core, alice, { value: VALUE });
  await uninstallServer(core, AN_ADMIN, SLUGS);

  const unknown = { code: "not_found", message: /There is no secret "KEY" of a server/ };
  await assert.rejects(setMemberSecret(core, alice, { value: VALUE }), unknown);
  await assert.rejects(removeMemberSecret(core, bob), unknown);
  await removeMemberSecret(core, alice);
  await assert.rejects(removeMemberSecret(core, alice), unknown);

  assert.deepEqual((await left(core)).filter(([kind]) => kind === "member_secret"), []);
});
