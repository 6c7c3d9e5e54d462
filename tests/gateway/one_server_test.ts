import assert from "node:assert/strict";
import { startStreamableFeatures } from "../_support/feature_server_legacy.ts";
import { quietly } from "../_support/quietly.ts";
import { startRawUpstream } from "../_support/raw_upstreams.ts";
import { answerIn, bare, beginSession, legacy, modern, StreamReader } from "./_requests.ts";
import { startWorld, type World } from "./_world.ts";

/** Sends to the endpoint of one server alone. */
function at(world: World, server: string) {
  return (request: Request) => world.services.gateway.handle(request, "team", server);
}

async function twoServers(world: World, one: string, two: string): Promise<string> {
  await world.addServer("notes", one);
  await world.addServer("board", two);
  return (await world.addToken()).token;
}

Deno.test("one server's endpoint shows it under its own names, to clients of both eras", async () => {
  await using notes = startStreamableFeatures("2025-11-25");
  await using board = startStreamableFeatures("2025-11-25");
  await using world = await startWorld();
  const token = await twoServers(world, notes.url, board.url);
  const send = at(world, "notes");

  for (const request of [legacy, modern]) {
    const { result } = await answerIn(await send(request(token, "tools/list")));
    const names = result.tools.map(({ name }: { name: string }) => name);
    assert.ok(names.includes("say") && !names.some((name: string) => name.includes("__")));
    const params = { name: "say", arguments: { text: "hi" } };
    const said = await answerIn(await send(request(token, "tools/call", params)));
    assert.deepEqual(said.result.structuredContent, { said: "hi" });
  }
  assert.equal(board.journal.runs.size, 0);
});

Deno.test("an endpoint of a server that is not installed is named in a 404", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();

  for (const request of [legacy(token, "ping"), bare("GET", token), bare("DELETE", token)]) {
    const response = await at(world, "nowhere")(request);
    const { error } = await answerIn(response);
    assert.equal(response.status, 404);
    assert.match(error?.message ?? "", /"nowhere" is not installed/);
  }
});

Deno.test("a wrong token learns nothing of which servers are installed", async () => {
  await using notes = startStreamableFeatures("2025-11-25");
  await using world = await startWorld();
  await world.addServer("notes", notes.url);
  const other = `mwt_bob_${"x".repeat(43)}`;

  const answers = await Promise.all(["notes", "nowhere"].map(async (server) => {
    const response = await at(world, server)(legacy(other, "ping"));
    return [response.status, await response.text()];
  }));

  assert.equal(answers[0][0], 401);
  assert.deepEqual(answers[0], answers[1]);
});

Deno.test("a session and a stream belong to the endpoint that they were begun at", async () => {
  await using notes = startStreamableFeatures("2025-11-25");
  await using board = startStreamableFeatures("2025-11-25");
  await using world = await startWorld();
  const token = await twoServers(world, notes.url, board.url);
  const session = await beginSession(at(world, "notes"), token);
  await using stream = new StreamReader(await at(world, "notes")(bare("GET", token)));
  const [, address] = await stream.until(/event: endpoint\ndata: (.*)\n\n/);
  const inStream = () => legacy(token, "ping", {}, { address: `http://gateway.test${address}` });
  const inSession = () => legacy(token, "ping", {}, { session });

  for (const send of [world.send, at(world, "board")]) {
    assert.equal((await send(inSession())).status, 404);
    assert.equal((await send(inStream())).status, 404);
    assert.equal((await send(bare("DELETE", token, session))).status, 404);
  }
  assert.equal((await at(world, "notes")(inSession())).status, 200);
  assert.equal((await at(world, "notes")(inStream())).status, 202);
});

Deno.test("what no revision knows is asked once, since it may have been done", async () => {
  const asked: string[] = [];
  function* brokenOff() {
    yield '{"paid":';
    throw new Error("The server breaks off");
  }
  await using server = startRawUpstream("modern, JSON", (method) => {
    asked.push(method);
    return brokenOff();
  });
  await using world = await startWorld();
  await world.addServer("notes", server.url);
  const { token } = await world.addToken();

  for (const method of ["acme/pay", "prompts/list"]) {
    const { error } = await quietly(async () =>
      await answerIn(await at(world, "notes")(modern(token, method)))
    );
    assert.ok(error !== undefined);
  }

  assert.equal(asked.filter((method) => method === "acme/pay").length, 1);
  assert.equal(asked.filter((method) => method === "prompts/list").length, 2);
});
