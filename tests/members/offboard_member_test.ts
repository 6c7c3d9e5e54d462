import assert from "node:assert/strict";
import { keys, prefixes } from "../../core/kv/keys.ts";
import { newSecretId, newServerId, newTokenId, type WorkspaceId } from "../../core/ids.ts";
import { findMember } from "../../core/members/find_member.ts";
import { memberKeyOf } from "../../core/members/member_key.ts";
import { MAX_SECRETS_PER_MEMBER } from "../../core/members/member_secret_store.ts";
import { offboardMember } from "../../core/members/offboard_member.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import type { Token } from "../../core/tokens/token.ts";
import { removeWorkspace } from "../../core/workspaces/remove_workspace.ts";
import {
  AN_ADMIN,
  coreOn,
  epochOf,
  someWorkspace,
  START,
  type TestCore,
  testCore,
} from "../_support/core.ts";
import { randomFrom, Turns } from "../_support/turns.ts";
import { memoryStore } from "../_support/store.ts";

const ALICE = "alice@example.com";

function give(core: TestCore, workspace: string, email: string, expiresAt?: string) {
  return createToken(core, AN_ADMIN, workspace, { name: "Alice Chen", email, expiresAt });
}

async function entries(core: TestCore, action: string) {
  return (await core.audit.list({ limit: 200, cursor: null }, { action })).items;
}

/** Every key under which tokens are found by address. */
function indexOf(core: TestCore): Promise<Deno.KvEntry<unknown>[]> {
  return Array.fromAsync(core.kv.list({ prefix: prefixes.tokensByEmail }));
}

Deno.test("offboardMember() ends every token of a person, however the address is written", async () => {
  using core = await testCore();
  const [a, b] = [await someWorkspace(core, "a"), await someWorkspace(core, "b")];
  await give(core, "a", ALICE);
  await give(core, "b", "Alice@Example.COM");
  const bob = await give(core, "b", "bob@example.com");
  const before = [await epochOf(core, a.id), await epochOf(core, b.id)];

  const { email, revoked } = await offboardMember(core, AN_ADMIN, " ALICE@example.com");

  assert.equal(email, ALICE);
  assert.deepEqual(revoked.map(({ workspace }) => workspace), ["a", "b"]);
  const kept = [...await core.tokens.listAll(a.id), ...await core.tokens.listAll(b.id)];
  const active = kept.filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id);
  assert.deepEqual(active, [bob.id]);
  assert.deepEqual(
    [await epochOf(core, a.id), await epochOf(core, b.id)],
    before.map((epoch) => epoch + 1n),
  );
  assert.deepEqual((await findMember(core, ALICE)).tokens, []);
  assert.equal((await indexOf(core)).length, 1);
});

Deno.test("offboardMember() has one entry in the audit log, in the same commit", async () => {
  using core = await testCore();
  await someWorkspace(core, "a");
  await someWorkspace(core, "b");
  const made = [await give(core, "a", ALICE), await give(core, "b", ALICE)];

  await offboardMember(core, AN_ADMIN, ALICE);

  const [entry, ...others] = await entries(core, "member.offboard");
  assert.deepEqual(others, []);
  assert.deepEqual(entry.subject, { member: ALICE });
  assert.deepEqual(
    new Set(entry.changes.tokens.before as string[]),
    new Set(made.map(({ id }) => id)),
  );
  const stored = await core.kv.get(keys.auditEntry(entry.seq));
  for (const { id } of made) {
    const token = (await core.tokens.listAll(await idOf(core, "a")))
      .concat(await core.tokens.listAll(await idOf(core, "b"))).find((one) => one.id === id);
    assert.ok(token !== undefined);
    const { versionstamp } = await core.kv.get(keys.token(token.workspaceId, id));
    assert.equal(versionstamp, stored.versionstamp);
  }
});

Deno.test("offboardMember() again changes nothing, and ends what was given since", async () => {
  using core = await testCore();
  const { id } = await someWorkspace(core, "a");
  await give(core, "a", ALICE);
  await offboardMember(core, AN_ADMIN, ALICE);
  const epoch = await epochOf(core, id);

  assert.deepEqual((await offboardMember(core, AN_ADMIN, ALICE)).revoked, []);
  assert.equal(await epochOf(core, id), epoch);
  assert.equal((await entries(core, "member.offboard")).length, 1);

  const { id: second } = await give(core, "a", ALICE);
  assert.deepEqual((await findMember(core, ALICE)).tokens.map((token) => token.id), [second]);
  const { revoked } = await offboardMember(core, AN_ADMIN, ALICE);
  assert.deepEqual(revoked.map((token) => token.id), [second]);
});

Deno.test("an address that nobody has is refused, and named", async () => {
  using core = await testCore();
  await someWorkspace(core, "a");
  await give(core, "a", ALICE);

  for (
    const find of [
      offboardMember(core, AN_ADMIN, "bob@example.com"),
      findMember(core, "bob@example.com"),
    ]
  ) {
    await assert.rejects(find, { code: "not_found", message: /"bob@example.com"/ });
  }
});

Deno.test("MemberStore.list() gives each person once, by address, page by page", async () => {
  using core = await testCore();
  await someWorkspace(core, "a");
  await someWorkspace(core, "b");
  for (const name of ["carol", "alice", "bob"]) {
    for (const workspace of ["a", "b", "b"]) await give(core, workspace, `${name}@example.com`);
  }
  await createToken(core, AN_ADMIN, "a", { name: "No address" });
  await offboardMember(core, AN_ADMIN, "bob@example.com");

  const first = await core.members.list({ limit: 1, cursor: null });
  const second = await core.members.list({ limit: 1, cursor: first.nextCursor });

  const shown = [first, second].flatMap(({ items }) => items).map((
    { email, tokens },
  ) => [email, tokens.length]);
  assert.deepEqual(shown, [[ALICE, 3], ["carol@example.com", 3]]);
  assert.equal(second.nextCursor, null);
});

Deno.test("200 tokens of the longest records and 150 secrets end in one commit, and the 201st is refused", async () => {
  using core = await testCore();
  const email = `${"a".repeat(64)}@${`${"b".repeat(60)}.`.repeat(3)}example`;
  const ids: WorkspaceId[] = [];
  for (let at = 0; at < 200; at++) ids.push((await someWorkspace(core, `w${at}`)).id);
  await Promise.all(ids.map((id, at) => put(core, longest(id, email, at))));

  await putSecrets(core, email);

  await assert.rejects(give(core, "w0", email), {
    code: "limit_reached",
    message: /has 200 tokens/,
  });
  const { revoked } = await offboardMember(core, AN_ADMIN, email);

  assert.equal(revoked.length, 200);
  assert.deepEqual(await Array.fromAsync(core.kv.list({ prefix: ["member_secret"] })), []);
  assert.deepEqual(await indexOf(core), []);
  const kept = await Promise.all(ids.map((id) => core.tokens.listAll(id)));
  assert.ok(kept.flat().every(({ revokedAt }) => revokedAt !== null));
  await give(core, "w0", email);
});

Deno.test("expired tokens make room for another one of the same person", async () => {
  using core = await testCore();
  const { id } = await someWorkspace(core, "a");
  for (let at = 0; at < 200; at++) {
    await put(core, {
      ...longest(id, ALICE, at),
      expiresAt: new Date(START.getTime() + 1_000).toISOString(),
    });
  }
  await assert.rejects(give(core, "a", ALICE), { code: "limit_reached" });

  core.advance(2_000);
  const { id: made } = await give(core, "a", ALICE);

  assert.deepEqual((await findMember(core, ALICE)).tokens.map((token) => token.id), [made]);
});

Deno.test("a token that is revoked, forgotten or goes with its workspace is none of its person's", async () => {
  using core = await testCore();
  await someWorkspace(core, "a");
  await someWorkspace(core, "b");
  const { id } = await give(core, "a", ALICE);
  await give(core, "b", ALICE);

  await revokeToken(core, AN_ADMIN, "a", id);
  assert.deepEqual((await findMember(core, ALICE)).tokens.map(({ workspace }) => workspace), ["b"]);
  await removeWorkspace(core, AN_ADMIN, "b", { force: true });

  assert.deepEqual((await findMember(core, ALICE)).tokens, []);
  assert.deepEqual(await indexOf(core), []);
});

Deno.test("what sessions have stored goes with the token, and nobody else's does", async () => {
  using core = await testCore();
  await someWorkspace(core, "a");
  await someWorkspace(core, "b");
  const alices = [
    await give(core, "a", ALICE),
    await give(core, "a", ALICE),
    await give(core, "b", ALICE),
  ];
  const bob = await give(core, "a", "bob@example.com");
  for (const { id } of [...alices, bob]) {
    for (
      const key of [keys.sessionState(id, "1"), keys.sessionState(id, "2"), keys.listening(id, "1")]
    ) {
      await core.kv.set(key, {});
    }
  }

  await revokeToken(core, AN_ADMIN, "a", alices[0].id);
  assert.equal((await sessionKeys(core)).length, 9);
  await removeWorkspace(core, AN_ADMIN, "b", { force: true });
  assert.equal((await sessionKeys(core)).length, 6);
  await offboardMember(core, AN_ADMIN, ALICE);

  assert.ok((await sessionKeys(core)).every((key) => key[1] === bob.id));
  assert.equal((await sessionKeys(core)).length, 3);
});

Deno.test("a token that is made while its person is offboarded ends with them, or was made later", async () => {
  await using race = await startRace(1);
  const { core, one, two } = race;
  const { id } = await someWorkspace(core, "a");
  await give(core, "a", ALICE);
  let [ended, later] = [0, 0];

  for (let round = 0; round < 60; round++) {
    const [made, offboarded] = await Promise.all([
      give(one, "a", ALICE),
      offboardMember(two, AN_ADMIN, ALICE),
    ]);
    const token = await core.tokens.get(id, made.id);
    assert.ok(token !== null);

    const wasEnded = offboarded.revoked.some((one) => one.id === made.id);
    assert.equal(token.revokedAt !== null, wasEnded);
    const [create] = await entries(core, "token.create");
    const [offboard] = await entries(core, "member.offboard");
    if (wasEnded) assert.ok(create.seq < offboard.seq);
    else if (offboarded.revoked.length > 0) assert.ok(create.seq > offboard.seq);
    if (wasEnded) ended++;
    else later++;
    const shown = (await findMember(core, ALICE)).tokens.map((one) => one.id);
    assert.deepEqual(shown, wasEnded ? [] : [made.id]);
  }
  assert.ok(ended > 0 && later > 0, `${ended} ended, ${later} were made later`);
});

Deno.test("nothing is left of a workspace that is removed while a person is offboarded", async () => {
  await using race = await startRace(2);
  const { core, one, two } = race;
  for (let round = 0; round < 40; round++) {
    const { id } = await someWorkspace(core, "a");
    await someWorkspace(core, "b");
    await give(core, "a", ALICE);
    await give(core, "b", ALICE);
    await Promise.all([
      offboardMember(one, AN_ADMIN, ALICE),
      removeWorkspace(two, AN_ADMIN, "a", { force: true }),
    ]);
    assert.deepEqual(await core.tokens.listAll(id), []);
    assert.deepEqual(await indexOf(core), []);
    await removeWorkspace(core, AN_ADMIN, "b", { force: true });
  }
});

Deno.test("the limit of a person's tokens holds for those that are made at once", async () => {
  await using race = await startRace(3);
  const { core, one, two } = race;
  const slugs = ["a", "b", "c", "d", "e"];
  for (const slug of slugs) await someWorkspace(core, slug);
  const id = await idOf(core, "a");
  for (let at = 0; at < 198; at++) await put(core, longest(id, ALICE, at));

  const made = await Promise.allSettled(
    slugs.map((slug, at) => give(at % 2 === 0 ? one : two, slug, ALICE)),
  );

  assert.equal(made.filter(({ status }) => status === "fulfilled").length, 2);
  assert.equal((await indexOf(core)).length, 200);
});

/** Two processes on one store, whose steps come in an order that random numbers decide. */
async function startRace(seed: number) {
  const store = await memoryStore();
  const turns = new Turns(randomFrom(seed));
  const coreFor = (who: string) => coreOn({ ...turns.storeFor(who, store), [Symbol.dispose]() {} });
  return {
    core: coreOn(store),
    one: coreFor("one"),
    two: coreFor("two"),
    async [Symbol.asyncDispose]() {
      await turns[Symbol.asyncDispose]();
      store.close();
    },
  };
}

function longest(workspaceId: WorkspaceId, email: string, at: number): Token {
  const policy = {
    allow: Array.from({ length: 50 }, (_, glob) => `${glob}`.padEnd(200, "x")),
    deny: [],
    readOnly: true,
  };
  return {
    id: newTokenId(),
    workspaceId,
    name: "名".repeat(100),
    email,
    hash: `${at}`.padStart(64, "0"),
    visibleStart: "mwt_alice_Ab3d",
    createdAt: START.toISOString(),
    expiresAt: null,
    revokedAt: null,
    policy,
    limits: { requestsPerMinute: null, concurrentCalls: null },
  };
}

/** Stores a token as adding it does, without an entry in the audit log. */
async function put({ kv }: TestCore, token: Token): Promise<void> {
  const { workspaceId, id, email } = token;
  assert.ok(email !== null);
  await kv.atomic()
    .set(keys.token(workspaceId, id), token)
    .set(keys.tokenByEmail(email, workspaceId, id), { workspaceId, id })
    .sum(keys.memberEpoch(email), 1n)
    .commit();
}

/** Stores as many secrets as one person can have of their own. */
async function putSecrets({ kv }: TestCore, email: string): Promise<void> {
  const member = memberKeyOf({ id: "", email });
  for (let at = 0; at < MAX_SECRETS_PER_MEMBER; at++) {
    const [serverId, secretId] = [newServerId(), newSecretId()];
    await kv.set(keys.memberSecret(serverId, secretId, member), {});
    await kv.set(keys.ownSecret(member, serverId, secretId), { serverId, secretId });
  }
}

async function idOf(core: TestCore, slug: string): Promise<WorkspaceId> {
  const workspace = await core.workspaces.findBySlug(slug);
  assert.ok(workspace !== null);
  return workspace.id;
}

async function sessionKeys(core: TestCore): Promise<Deno.KvKey[]> {
  const found: Deno.KvKey[] = [];
  for (const prefix of [["session_state"], ["listening"]]) {
    for await (const { key } of core.kv.list({ prefix })) found.push(key);
  }
  return found;
}
