import assert from "node:assert/strict";
import { startLegacySessions, startLegacySse } from "../_support/legacy_upstreams.ts";
import { startBothEras, startModern } from "../_support/modern_upstreams.ts";
import { serveLocally, type Upstream } from "../_support/upstream.ts";
import { testServer } from "../../core/upstream/test_server.ts";
import { UNAVAILABLE_KEY } from "../../core/mcp/item_lists.ts";
import { addMember, declare, type Member } from "./_members.ts";
import { answerIn, beginSession, legacy, modern } from "./_requests.ts";
import { sharedFile, startWorld, type World } from "./_world.ts";

const KINDS = { startModern, startBothEras, startLegacySessions, startLegacySse };
const MISSING = /Server "notes" needs a secret of your own: "KEY". Set it at http:\/\/\S+\/me, or/;

/** What the server was sent since the last look, in the requests that hold a text. */
function sentSince(upstream: Upstream, from: number, text: string): (string | null)[] {
  return upstream.journal.requests.slice(from)
    .filter(({ body }) => body.includes(text))
    .map(({ headers }) => headers.get("authorization"));
}

async function echo(world: World, send: typeof modern, { token }: Member, text: string) {
  const params = { name: "notes__echo", arguments: { text } };
  return await answerIn(await world.send(send(token, "tools/call", params)));
}

for (const [kind, start] of Object.entries(KINDS)) {
  Deno.test(`each member's calls carry their own secret: ${kind}`, async () => {
    await using upstream = await start();
    await using world = await startWorld();
    await world.addServer("notes", upstream.url);
    await declare(world, "notes", "KEY");
    const alice = await addMember(world, "notes", { name: "Alice", email: "Alice@example.com" });
    const bob = await addMember(world, "notes", { name: "Bob" });
    await alice.set("KEY", "key-of-alice");
    await bob.set("KEY", "key-of-bob");

    await Promise.all(
      Array.from({ length: 6 }, (_, at) => [
        echo(world, at % 2 ? modern : legacy, alice, `alice-${at}`),
        echo(world, at % 2 ? legacy : modern, bob, `bob-${at}`),
      ]).flat(),
    );

    assert.deepEqual(new Set(sentSince(upstream, 0, "alice-")), new Set(["Bearer key-of-alice"]));
    assert.deepEqual(new Set(sentSince(upstream, 0, "bob-")), new Set(["Bearer key-of-bob"]));
    assert.equal(sentSince(upstream, 0, "alice-").length, 6);
    // Whatever else was sent, such as what opens a session, was sent as one of them.
    for (const { headers } of upstream.journal.requests) {
      assert.match(headers.get("authorization") ?? "", /^Bearer key-of-(alice|bob)$/);
    }
  });
}

Deno.test("sessions of a legacy server belong to the member whose secret opened them", async () => {
  await using upstream = await startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  await declare(world, "notes", "KEY", { value: "shared-key" });
  const alice = await addMember(world, "notes", { name: "Alice", email: "alice@example.com" });
  const bob = await addMember(world, "notes", { name: "Bob" });
  await alice.set("KEY", "key-of-alice");

  for (let round = 0; round < 3; round++) {
    await echo(world, legacy, alice, "alice");
    await echo(world, legacy, bob, "bob");
  }

  const keysOf = new Map<string, Set<string | null>>();
  for (const { headers } of upstream.journal.requests) {
    const session = headers.get("mcp-session-id");
    if (session === null) continue;
    const seen = keysOf.get(session) ?? new Set();
    keysOf.set(session, seen.add(headers.get("authorization")));
  }
  assert.equal(keysOf.size, 2);
  assert.deepEqual(
    [...keysOf.values()].map((seen) => [...seen].join()).sort(),
    ["Bearer key-of-alice", "Bearer shared-key"],
  );
});

Deno.test("a member who has set nothing is told where to set it, and nothing is sent", async () => {
  await using upstream = await startBothEras();
  await using world = await startWorld({ env: { AEROSTACK_PUBLIC_URL: "http://gateway.test" } });
  await world.addServer("notes", upstream.url);
  await declare(world, "notes", "KEY");
  const bob = await addMember(world, "notes", { name: "Bob" });

  for (const send of [modern, legacy]) {
    const { error } = await echo(world, send, bob, "bob");
    assert.equal(error?.code, -32000);
    assert.match(error?.message ?? "", MISSING);
    assert.match(error?.message ?? "", /http:\/\/gateway\.test\/me.*me secrets set notes KEY$/);
  }

  assert.deepEqual(upstream.journal.requests, []);
  assert.deepEqual(world.log, []);
  await world.services.callLog.close();
});

Deno.test("a list names the server whose secret is missing; other servers' tools are there", async () => {
  await using notes = await startBothEras();
  await using other = await startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", notes.url);
  await world.addServer("other", other.url);
  await declare(world, "notes", "KEY");
  const bob = await addMember(world, "notes", { name: "Bob" });
  const toolsOf = async (send: typeof modern) => {
    const { result } = await answerIn(await world.send(send(bob.token, "tools/list")));
    const names: string[] = result.tools.map(({ name }: { name: string }) => name);
    return {
      servers: new Set(names.map((name) => name.split("__")[0])),
      missing: result._meta?.[UNAVAILABLE_KEY],
    };
  };

  for (const send of [modern, legacy]) {
    const { servers, missing } = await toolsOf(send);
    assert.deepEqual(servers, new Set(["other"]));
    assert.equal(missing[0].server, "notes");
    assert.match(missing[0].error, MISSING);
  }

  await bob.set("KEY", "key-of-bob");
  for (const send of [modern, legacy]) {
    const { servers, missing } = await toolsOf(send);
    assert.deepEqual(servers, new Set(["notes", "other"]));
    assert.equal(missing, undefined);
  }
});

Deno.test("lists are never shared between members who send different secrets", async () => {
  await using upstream = startPersonal();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  await declare(world, "notes", "KEY", { value: "shared-key" });
  const [alice, bob, carol, dave] = await Promise.all(
    ["Alice", "Bob", "Carol", "Dave"].map((name) => addMember(world, "notes", { name })),
  );
  await alice.set("KEY", "key-of-alice");
  await bob.set("KEY", "key-of-bob");
  for (let round = 0; round < 3; round++) {
    for (const { token } of [alice, bob, carol, dave]) {
      await answerIn(await world.send(modern(token, "tools/list")));
    }
  }

  // Nobody is shown what was read with another's key; Carol and Dave send the same one, so
  // they share what is a modern server's. The first list was read before it was known as one.
  assert.deepEqual(upstream.listed.slice(1).sort(), ["key-of-alice", "key-of-bob", "shared-key"]);
});

Deno.test("the shared value stands in until a member sets their own, and after they remove it", async () => {
  await using upstream = await startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  await declare(world, "notes", "KEY", { value: "shared-key" });
  const alice = await addMember(world, "notes", { name: "Alice" });
  const sent = async () => {
    const from = upstream.journal.requests.length;
    await echo(world, legacy, alice, "alice");
    return sentSince(upstream, from, "alice");
  };

  assert.deepEqual(await sent(), ["Bearer shared-key"]);
  await alice.set("KEY", "key-of-alice");
  assert.deepEqual(await sent(), ["Bearer key-of-alice"]);
  await alice.set("KEY", "new-key-of-alice");
  assert.deepEqual(await sent(), ["Bearer new-key-of-alice"]);
  await alice.remove("KEY");
  assert.deepEqual(await sent(), ["Bearer shared-key"]);
  // Set anew its versions begin at 1 again, and the first session had version 1 too.
  await alice.set("KEY", "third-key-of-alice");
  assert.deepEqual(await sent(), ["Bearer third-key-of-alice"]);
});

Deno.test("a secret belongs to a person's e-mail address, in any case, else to one token", async () => {
  await using upstream = await startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  await declare(world, "notes", "KEY");
  const first = await addMember(world, "notes", { name: "Alice", email: "alice@example.com" });
  const second = await addMember(world, "notes", { name: "A. Chen", email: "ALICE@example.com" });
  const other = await addMember(world, "notes", { name: "Alice", email: "alice@example.org" });
  const nameless = await addMember(world, "notes", { name: "Alice" });
  await first.set("KEY", "key-of-alice");
  await nameless.set("KEY", "key-of-a-token");

  await echo(world, modern, second, "second");
  await echo(world, modern, nameless, "nameless");

  assert.deepEqual(sentSince(upstream, 0, "second"), ["Bearer key-of-alice"]);
  assert.deepEqual(sentSince(upstream, 0, "nameless"), ["Bearer key-of-a-token"]);
  assert.match((await echo(world, modern, other, "other")).error?.message ?? "", MISSING);
});

Deno.test("what a member sets at one process holds for their next call at another", async () => {
  await using upstream = await startLegacySessions();
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  await declare(one, "notes", "KEY");
  const alice = await addMember(one, "notes", { name: "Alice", email: "alice@example.com" });
  const bob = await addMember(one, "notes", { name: "Bob", email: "bob@example.com" });
  await bob.set("KEY", "key-of-bob");

  for (let round = 1; round <= 5; round++) {
    await alice.set("KEY", `key-${round}`, round % 2 ? one : two);
    const from = upstream.journal.requests.length;
    const answers = await Promise.all([
      echo(one, legacy, alice, "alice"),
      echo(two, modern, alice, "alice"),
      echo(one, modern, bob, "bob"),
      echo(two, legacy, bob, "bob"),
    ]);

    for (const { error } of answers) assert.equal(error, undefined);
    assert.deepEqual(new Set(sentSince(upstream, from, "alice")), new Set([`Bearer key-${round}`]));
    assert.deepEqual(new Set(sentSince(upstream, from, "bob")), new Set(["Bearer key-of-bob"]));
  }

  await alice.remove("KEY");
  assert.match((await echo(two, legacy, alice, "alice")).error?.message ?? "", MISSING);
});

Deno.test("a client's session with the gateway goes on with the member's new secret", async () => {
  await using upstream = await startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  await declare(world, "notes", "KEY");
  const alice = await addMember(world, "notes", { name: "Alice" });
  const session = await beginSession(world.send, alice.token);
  const params = { name: "notes__echo", arguments: { text: "alice" } };
  const call = async () => {
    const request = legacy(alice.token, "tools/call", params, { session });
    return await answerIn(await world.send(request));
  };

  assert.match((await call()).error?.message ?? "", MISSING);
  await alice.set("KEY", "one");
  assert.equal((await call()).error, undefined);
  await alice.set("KEY", "two");
  assert.equal((await call()).error, undefined);

  assert.deepEqual(sentSince(upstream, 0, "alice"), ["Bearer one", "Bearer two"]);
});

Deno.test("calls read nothing of members' secrets while nothing changes", async () => {
  await using upstream = await startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  await declare(world, "notes", "KEY");
  const alice = await addMember(world, "notes", { name: "Alice" });
  const bob = await addMember(world, "notes", { name: "Bob" });
  await alice.set("KEY", "key-of-alice");
  await echo(world, modern, alice, "first");
  await echo(world, modern, bob, "first");
  let reads = 0;
  const { memberSecrets } = world.services;
  const findMany = memberSecrets.findMany.bind(memberSecrets);
  memberSecrets.findMany = (...args) => {
    reads++;
    return findMany(...args);
  };

  for (let round = 0; round < 5; round++) {
    await echo(world, modern, alice, "again");
    assert.match((await echo(world, modern, bob, "again")).error?.message ?? "", MISSING);
  }
  assert.equal(reads, 0);

  await bob.set("KEY", "key-of-bob");
  await echo(world, modern, bob, "again");
  assert.equal(reads, 1);
});

Deno.test("a test of the connection uses the shared value, else says what is missing", async () => {
  await using upstream = await startBothEras();
  await using world = await startWorld();
  const server = await world.addServer("notes", upstream.url);
  await declare(world, "notes", "KEY");

  const without = await testServer(world.services, server);
  await declare(world, "notes", "KEY", { value: "a-shared-key" });
  const withShared = await testServer(world.services, server);

  assert.deepEqual([without.ok, without.stage, withShared.ok], [false, "auth", true]);
  assert.match(without.message, /"KEY" of each member's own.*secrets set notes KEY --per-member/);
  assert.deepEqual(
    new Set(upstream.journal.requests.map(({ headers }) => headers.get("authorization"))),
    new Set(["Bearer a-shared-key"]),
  );
});

/** A modern server that lets its list be kept and shared, and tells with which keys it was read. */
function startPersonal() {
  const listed: string[] = [];
  const http = serveLocally(async (request) => {
    const { id, method } = await request.json();
    const kept = { resultType: "complete", ttlMs: 60_000, cacheScope: "public" };
    if (method === "tools/list") {
      listed.push(request.headers.get("authorization")?.replace("Bearer ", "") ?? "");
      const tools = [{ name: "search", inputSchema: { type: "object" } }];
      return Response.json({ jsonrpc: "2.0", id, result: { ...kept, tools } });
    }
    const result = { ...kept, supportedVersions: ["2026-07-28"], capabilities: { tools: {} } };
    return Response.json({ jsonrpc: "2.0", id, result });
  });
  return { listed, url: http.origin, [Symbol.asyncDispose]: () => http[Symbol.asyncDispose]() };
}
