import assert from "node:assert/strict";
import { eventually } from "../_support/eventually.ts";
import { startStreamableFeatures } from "../_support/feature_server_legacy.ts";
import { startLegacySessions } from "../_support/legacy_upstreams.ts";
import { answerIn, bare, beginSession, legacy, StreamReader } from "./_requests.ts";
import { startPair, type World } from "./_world.ts";

/** Two gateways on one store, a server that takes its time, and a session of a client. */
async function leaving(protocolVersion = "2025-11-25") {
  const pair = await startPair(startLegacySessions(), { protocolVersion });
  const { one, token, session } = pair;
  const count = (to: number, pauseMs = 100) => {
    const params = { name: "notes__count", arguments: { to, pauseMs } };
    const extras = { session, id: 7, meta: { progressToken: "p" } };
    return one.send(legacy(token, "tools/call", params, extras));
  };
  return { ...pair, count };
}

function resume(world: World, token: string, session: string, lastEventId: string) {
  const request = bare("GET", token, session);
  request.headers.set("last-event-id", lastEventId);
  return world.send(request);
}

/** The id of the event with this text. */
async function idOf(stream: StreamReader, text: RegExp): Promise<string> {
  const [, id] = await stream.until(
    new RegExp(`id: (\\S+)\\nevent: message\\ndata: .*${text.source}`),
  );
  return id;
}

Deno.test("a stream begins with an id to resume from and a time to come back after", async () => {
  await using world = await leaving();
  const { one, token, session } = world;

  await using reply = new StreamReader(await world.count(2));
  await reply.until(/^id: \S+\nretry: \d+\ndata: \n\n/);
  await using stream = new StreamReader(await one.send(bare("GET", token, session)));
  await stream.until(/id: \S+\nretry: \d+\ndata: \n\n/);
});

Deno.test("a client of an older revision gets no event without data", async () => {
  await using world = await leaving("2025-06-18");

  await using reply = new StreamReader(await world.count(2));

  await reply.until(/^id: \S+\nevent: message\ndata: .*"progress":1/);
});

for (const where of ["one", "two"] as const) {
  Deno.test(`a client that lost its stream gets what followed, and the answer: process ${where}`, async () => {
    await using world = await leaving();
    const { token, session } = world;
    const reply = new StreamReader(await world.count(4));
    const last = await idOf(reply, /"progress":2/);
    await reply.leave();

    const response = await resume(world[where], token, session, last);
    const stream = new StreamReader(response);
    const [rest] = await stream.until(/^[^]*"id":7[^]*?\n\n/);
    await stream.ended();

    assert.equal(response.status, 200);
    assert.ok(!rest.includes('"progress":2'), rest);
    for (const text of ['"progress":3', '"progress":4', "counted to 4"]) {
      assert.equal(rest.split(text).length, 2, `${text} comes once: ${rest}`);
    }
  });

  Deno.test(`an answer that was given while its client was away waits for it: process ${where}`, async () => {
    await using world = await leaving();
    const { token, session, one } = world;
    const reply = new StreamReader(await world.count(2, 20));
    const last = await idOf(reply, /"progress":1/);
    await reply.leave();
    await eventually("the call is over", async () => {
      const team = await one.services.workspaces.findBySlug("team");
      assert.ok(team !== null);
      const page = await one.services.callQueries.list(team, { limit: 1, cursor: null });
      return page.items.length === 1;
    });

    const again = await resume(world[where], token, session, last);
    const stream = new StreamReader(again);
    const { result } = await stream.answer(7);
    await stream.ended();

    assert.match(JSON.stringify(result), /counted to 2/);
  });
}

Deno.test("a client that has everything is told not to come back", async () => {
  await using world = await leaving();
  const { one, two, token, session } = world;
  const reply = new StreamReader(await world.count(1, 1));
  const last = await idOf(reply, /"id":7/);
  await reply.ended();

  for (const gateway of [one, two]) {
    assert.equal((await resume(gateway, token, session, last)).status, 204);
  }
});

Deno.test("a stream is resumed only in its own session", async () => {
  await using world = await leaving();
  const { one, two, token } = world;
  const bob = await one.addToken("Bob");
  const bobs = await beginSession(one.send, bob.token);
  const other = await beginSession(one.send, token);
  await using reply = new StreamReader(await world.count(2, 50));
  const last = await idOf(reply, /"progress":1/);

  for (const gateway of [one, two]) {
    assert.equal((await resume(gateway, bob.token, bobs, last)).status, 410);
    assert.equal((await resume(gateway, token, other, last)).status, 410);
  }
  await reply.answer(7);
});

for (const where of ["one", "two"] as const) {
  Deno.test(`what is said while a listening client is away is told when it is back: process ${where}`, async () => {
    await using notes = startStreamableFeatures("2025-11-25");
    await using world = await leaving();
    const { one, token, session } = world;
    await one.addServer("board", notes.url);
    const stream = new StreamReader(await one.send(bare("GET", token, session)));
    const [, last] = await stream.until(/id: (\S+)\nretry/);
    const params = { uri: "notes://today#~board" };
    await answerIn(await one.send(legacy(token, "resources/subscribe", params, { session })));
    await eventually("the server can say something", () => notes.listeners() > 0);
    await stream.leave();

    await notes.change();
    await using again = new StreamReader(await resume(world[where], token, session, last));

    await again.until(/notifications\/resources\/updated/);
  });
}

Deno.test("a listening client whose stream is gone gets a new one, a waiting one an error", async () => {
  await using world = await leaving();
  const { one, token, session } = world;
  const ending = await one.another();
  const listening = new StreamReader(await ending.send(bare("GET", token, session)));
  const [, ofListening] = await listening.until(/id: (\S+)\nretry/);
  const ofReply = ofListening.replace(/-l/, "-r");
  await ending.services.close();

  const fresh = await resume(one, token, session, ofListening);
  await using stream = new StreamReader(fresh);
  await stream.until(/id: \S+\nretry/);
  const gone = await resume(one, token, session, ofReply);
  assert.equal(gone.status, 410);
  assert.match((await answerIn(gone)).error?.message ?? "", /no longer be resumed/);
  const foreign = await resume(one, token, session, "not an id of ours");
  assert.equal(foreign.status, 200);
  await foreign.body?.cancel();
});
