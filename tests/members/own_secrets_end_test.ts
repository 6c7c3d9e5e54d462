import assert from "node:assert/strict";
import type { ServerId } from "../../core/ids.ts";
import { setMemberSecret } from "../../core/members/set_member_secret.ts";
import { offboardMember } from "../../core/members/offboard_member.ts";
import { removeSecret } from "../../core/secrets/remove_secret.ts";
import { SecretName } from "../../core/secrets/secret.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import {
  AN_ADMIN,
  coreOn,
  someServer,
  someWorkspace,
  type TestCore,
  testCore,
} from "../_support/core.ts";
import { memoryStore } from "../_support/store.ts";
import { randomFrom, Turns } from "../_support/turns.ts";

const ALICE = "alice@example.com";
/** In how many orders of their steps a change and an end meet. */
const ROUNDS = 160;
const VALUE = { value: "a value of their own" };

/** A workspace with a server that has two secrets which members set. */
async function prepare(core: TestCore): Promise<void> {
  await someWorkspace(core, "team");
  await someServer(core, "notes");
  for (const name of ["X-One", "X-Two"]) {
    const rules = [{ kind: "header" as const, name }];
    await setSecret(core, AN_ADMIN, "notes", SecretName.parse(name), { perMember: true, rules });
  }
  await installServer(core, AN_ADMIN, { workspace: "team", server: "notes" });
}

async function give(core: TestCore, email?: string) {
  const { id } = await createToken(core, AN_ADMIN, "team", { name: "Alice", email });
  const token = (await core.tokens.listAll(await teamOf(core))).find((one) => one.id === id);
  assert.ok(token !== undefined);
  const set = (name: string, on: TestCore = core) =>
    setMemberSecret(on, { token, via: "api", server: "notes", name }, VALUE);
  return { id, set };
}

async function teamOf(core: TestCore) {
  const team = await core.workspaces.findBySlug("team");
  assert.ok(team !== null);
  return team.id;
}

/** How many values there are, what leads to them, and what the counts say. */
async function stored({ kv }: TestCore): Promise<number[]> {
  const count = async (kind: string) => (await Array.fromAsync(kv.list({ prefix: [kind] }))).length;
  let counted = 0;
  for await (const { value } of kv.list<number>({ prefix: ["member_secret_count"] })) {
    counted += value;
  }
  return [await count("member_secret"), await count("own_secret"), counted];
}

Deno.test("offboarding takes a person's own secrets along, and nobody else's", async () => {
  using core = await testCore();
  await prepare(core);
  const [alice, bob] = [await give(core, ALICE), await give(core, "bob@example.com")];
  for (const name of ["X-One", "X-Two"]) await alice.set(name);
  await bob.set("X-One");
  assert.deepEqual(await stored(core), [3, 3, 3]);

  await offboardMember(core, AN_ADMIN, ALICE);

  assert.deepEqual(await stored(core), [1, 1, 1]);
  const { items: [entry] } = await core.audit.list({ limit: 1, cursor: null });
  assert.deepEqual(entry.changes.ownSecrets, { before: 2, after: 0 });
});

Deno.test("a revocation takes along what the token alone had set, and leaves a person's", async () => {
  using core = await testCore();
  await prepare(core);
  const [nameless, alice, again] = [
    await give(core),
    await give(core, ALICE),
    await give(core, ALICE),
  ];
  await nameless.set("X-One");
  await alice.set("X-One");

  await revokeToken(core, AN_ADMIN, "team", nameless.id);
  await revokeToken(core, AN_ADMIN, "team", alice.id);

  assert.deepEqual(await stored(core), [1, 1, 1]);
  await again.set("X-Two");
  assert.deepEqual(await stored(core), [2, 2, 2]);

  await revokeToken(core, AN_ADMIN, "team", again.id);
  assert.deepEqual((await offboardMember(core, AN_ADMIN, ALICE)).revoked, []);
  assert.deepEqual(await stored(core), [0, 0, 0]);
});

Deno.test("nothing leads to what members had set of a secret that is gone", async () => {
  using core = await testCore();
  await prepare(core);
  const alice = await give(core, ALICE);
  for (const name of ["X-One", "X-Two"]) await alice.set(name);

  await removeSecret(core, AN_ADMIN, "notes", "X-One", { force: true });

  assert.deepEqual(await stored(core), [1, 1, 1]);
});

Deno.test("what members had set goes with the secret that is removed, not with an earlier one of its name", async () => {
  using core = await testCore();
  await prepare(core);
  const alice = await give(core, ALICE);
  const rules = [{ kind: "header" as const, name: "X-One" }];
  const name = SecretName.parse("X-One");

  // Between the look and the removal, another admin makes it anew, and Alice sets hers.
  const secrets = Object.create(core.secrets, {
    get: {
      async value(serverId: ServerId, wanted: string) {
        const seen = await core.secrets.get(serverId, wanted);
        await removeSecret(core, AN_ADMIN, "notes", name, { force: true });
        await setSecret(core, AN_ADMIN, "notes", name, { perMember: true, rules });
        await alice.set("X-One");
        return seen;
      },
    },
    remove: { value: core.secrets.remove.bind(core.secrets) },
  });
  await removeSecret({ ...core, secrets }, AN_ADMIN, "notes", name, { force: true });

  assert.deepEqual(await stored(core), [0, 0, 0]);
});

for (const email of [undefined, ALICE]) {
  const who = email === undefined ? "a token" : "a person";
  Deno.test(`a secret that is set while ${who} ends is gone with them, or refused`, async () => {
    let refused = 0;
    for (let seed = 1; seed <= ROUNDS; seed++) {
      using store = await memoryStore();
      const core = coreOn(store);
      await using turns = new Turns(randomFrom(seed));
      const at = (name: string) =>
        coreOn({ ...turns.storeFor(name, store), [Symbol.dispose]() {} });
      await prepare(core);
      const member = await give(core, email);
      const [one, two] = [at("one"), at("two")];

      const [set] = await Promise.allSettled([
        member.set("X-One", one),
        email === undefined
          ? revokeToken(two, AN_ADMIN, "team", member.id)
          : offboardMember(two, AN_ADMIN, email),
      ]);

      assert.deepEqual(await stored(core), [0, 0, 0], `seed ${seed}`);
      if (set.status === "rejected") refused++;
    }
    assert.ok(refused > 0 && refused < ROUNDS, `${refused} refused`);
  });
}
