import assert from "node:assert/strict";
import fc from "fast-check";
import { bare, beginSession, legacy } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";
import { assertWellFormed, fuzz, headerText, leave, mutated, read } from "./_door.ts";

Deno.test("no session id but one's own opens a session, with whatever method", async () => {
  await using world = await startWorld();
  const [alice, bob] = [await world.addToken(), await world.addToken("Bob")];
  const session = await beginSession(world.send, alice.token);
  const foreign = await beginSession(world.send, bob.token);
  const id = fc.oneof(headerText, mutated(session), mutated(foreign), fc.constant(foreign))
    .filter((text) => text.trim() !== "");

  await fuzz(1_500, [id, fc.constantFrom("POST", "GET", "DELETE")], async (text, method) => {
    const headers = { "mcp-session-id": text };
    const answer = method === "POST"
      ? await read(world.send(legacy(alice.token, "ping", {}, { headers })))
      : await leave(world.send(bare(method as "GET", alice.token, text)));
    assertWellFormed(answer);
    assert.ok(answer.status === 404 || answer.status === 400, `${method}: ${answer.status}`);
  });

  const kept = await read(world.send(legacy(alice.token, "ping", {}, { session })));
  assert.equal(kept.status, 200);
  assert.deepEqual(world.log, []);
});

Deno.test("any Last-Event-ID is answered with a stream or a refusal", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const session = await beginSession(world.send, token);
  const mark = fc.oneof(headerText, fc.tuple(headerText, fc.nat()).map(([a, b]) => `${a}/${b}`));

  await fuzz(400, [mark, fc.boolean()], async (text, isInSession) => {
    const request = bare("GET", token, isInSession ? session : undefined);
    request.headers.set("last-event-id", text);
    assertWellFormed(await leave(world.send(request)));
  });

  assert.deepEqual(world.log, []);
});
