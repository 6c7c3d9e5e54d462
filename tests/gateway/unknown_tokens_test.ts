import assert from "node:assert/strict";
import { MAX_FAILURES, MAX_QUEUED } from "../../core/limits/look_up_costs.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { newTokenText } from "../../core/tokens/token_text.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { openStore } from "../../core/kv/open_store.ts";
import { modern } from "./_requests.ts";
import { startWorld, type World } from "./_world.ts";

const HOSTILE = "203.0.113.7";
const ELSEWHERE = "203.0.113.8";
const TOO_MANY = MAX_FAILURES + MAX_QUEUED + 50;

/** What a call with this token is answered from an address, on a workspace's endpoint. */
async function ask({ services }: World, token: string, address: string | null, slug = "team") {
  const response = await services.gateway.handle(
    modern(token, "tools/list"),
    slug,
    null,
    address,
  );
  await response.body?.cancel();
  return response;
}

/** As many calls with tokens that open nothing, at once. */
function guess(world: World, count: number, slug?: string): Promise<Response[]> {
  return Promise.all(
    Array.from({ length: count }, () => ask(world, newTokenText("Alice"), HOSTILE, slug)),
  );
}

Deno.test("an address that tries many tokens at once gets 429 for those that need not be looked up", async () => {
  await using world = await startWorld();

  const answers = await guess(world, TOO_MANY);
  const refused = answers.filter(({ status }) => status === 429);
  const [first] = refused;

  assert.ok(answers.every(({ status }) => status === 401 || status === 429));
  assert.ok(refused.length > 0 && refused.length <= 50, String(refused.length));
  assert.equal(first.headers.get("retry-after"), "1");
});

Deno.test("failed tokens lock nobody out: not a member there, and not a token that is new", async () => {
  await using world = await startWorld();
  const alice = await world.addToken("Alice");
  await ask(world, alice.token, ELSEWHERE);

  await guess(world, MAX_FAILURES);
  const guesses = guess(world, TOO_MANY);
  const member = await ask(world, alice.token, HOSTILE);
  const elsewhere = await ask(world, newTokenText("Alice"), ELSEWHERE);
  await guesses;
  const bob = await world.addToken("Bob");
  const later = await ask(world, bob.token, HOSTILE);

  assert.deepEqual([member.status, elsewhere.status, later.status], [200, 401, 200]);
});

Deno.test("a token is as good after somebody tried others near it", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();

  const near = Array.from({ length: 100 }, (_, at) => `${token.slice(0, -7)}${at}`);
  const answers = await Promise.all(near.map((text) => ask(world, text, HOSTILE)));
  const owner = await ask(world, token, HOSTILE);

  assert.ok(answers.every(({ status }) => status === 401));
  assert.equal(owner.status, 200);
});

Deno.test("a member whose workspace changes is let in at once from an address that tries tokens", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  await ask(world, token, HOSTILE);
  await guess(world, MAX_FAILURES);

  const guesses = guess(world, TOO_MANY);
  await world.addToken("Bob");
  const member = await ask(world, token, HOSTILE);
  await guesses;

  assert.equal(member.status, 200);
});

Deno.test("what was good and is revoked is refused, and counted like any other", async () => {
  await using world = await startWorld();
  const { token, id } = await world.addToken();
  await ask(world, token, HOSTILE);
  await revokeToken(world.services, AN_ADMIN, "team", id);

  const answers = await Promise.all(
    Array.from({ length: TOO_MANY }, () => ask(world, token, HOSTILE)),
  );
  const statuses = new Set(answers.map(({ status }) => status));

  assert.ok(statuses.has(401) && !statuses.has(200), [...statuses].join());
});

Deno.test("workspaces that are not there cost an address as much as tokens that are none", async () => {
  await using world = await startWorld();

  await guess(world, MAX_FAILURES, "no-such-workspace");
  const answers = await guess(world, MAX_QUEUED + 50, "no-such-workspace");

  assert.ok(answers.some(({ status }) => status === 429));
  assert.ok(answers.every(({ status }) => status === 401 || status === 429));
});

Deno.test("tokens that open nothing push no member's token out of memory", async () => {
  const store = await openStore(":memory:");
  let reads = 0;
  const kv = new Proxy(store.kv, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (name === "get" && (args[0] as Deno.KvKey)[0] === "token_by_hash") reads++;
        return value.apply(target, args);
      };
    },
  });
  await using world = await startWorld({ store: { ...store, kv, epochKv: kv } });
  const { token } = await createToken(world.services, AN_ADMIN, "team", { name: "Alice" });
  await ask(world, token, ELSEWHERE);

  for (let at = 0; at < 50; at++) {
    const texts = Array.from({ length: 210 }, () => newTokenText("Alice"));
    await Promise.all(texts.map((text, index) => ask(world, text, `10.0.${at}.${index}`)));
  }
  reads = 0;
  await ask(world, token, ELSEWHERE);

  assert.equal(reads, 0);
});
