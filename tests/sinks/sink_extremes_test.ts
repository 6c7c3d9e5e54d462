import assert from "node:assert/strict";
import { newWorkspaceId } from "../../core/ids.ts";
import { prefixes } from "../../core/kv/keys.ts";
import { addSink } from "../../core/sinks/add_sink.ts";
import { updateSink } from "../../core/sinks/update_sink.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { type SinkWorld, sinkWorld, startReceiver } from "./_support.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** More than one commit has room for. */
const MANY = 1_100;

/** One call in each of so many workspaces. */
async function recordEverywhere(world: SinkWorld): Promise<void> {
  const all = Array.from({ length: MANY }, () => ({ ...world.workspace, id: newWorkspaceId() }));
  await Promise.all(all.map((to) => world.record(1, { to })));
}

Deno.test("of sinks that are added or renamed at once one has the name", async () => {
  await using world = await sinkWorld();
  const add = (name: string) => {
    return addSink(world, AN_ADMIN, {
      name,
      kind: "jsonl",
      url: "http://127.0.0.1:9/",
      enabled: false,
    });
  };

  const added = await Promise.allSettled(["SIEM", "SIEM", "SIEM"].map(add));
  assert.equal(added.filter(({ status }) => status === "fulfilled").length, 1);

  const others = await Promise.all(["One", "Two"].map(add));
  const change = { name: "Archive" };
  const renamed = await Promise.allSettled(
    others.map(({ id }) => updateSink(world, AN_ADMIN, id, change)),
  );
  assert.equal(renamed.filter(({ status }) => status === "fulfilled").length, 1);
  await world.sinkSender.settled();
});

Deno.test("however many are added at once, there are at most 10 sinks", async () => {
  await using world = await sinkWorld();
  const names = Array.from({ length: 12 }, (_, at) => `Sink ${at}`);

  await Promise.allSettled(names.map((name) => {
    return addSink(world, AN_ADMIN, {
      name,
      kind: "jsonl",
      url: "http://127.0.0.1:9/",
      enabled: false,
    });
  }));
  await world.sinkSender.settled();

  assert.equal((await world.sinks.list()).length, 10);
});

Deno.test("a sink gets the calls of more workspaces than one commit has room for, each once", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  await recordEverywhere(world);

  const sink = await world.add({ url: receiver.url, from: "beginning" });

  const ids = receiver.lines().map(({ workspaceId }) => workspaceId);
  assert.deepEqual([ids.length, new Set(ids).size], [MANY, MANY]);
  assert.equal((await world.view(sink)).status, "caught_up");
  assert.deepEqual(world.lines, []);
});

Deno.test("what is lost of more workspaces than one commit has room for is counted to the last", async () => {
  await using receiver = startReceiver();
  receiver.answer = () => new Response(null, { status: 503, headers: { "retry-after": "3600" } });
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url, enabled: false });
  await recordEverywhere(world);
  await world.send();

  world.advance(90 * DAY_MS - 60_000);
  await world.send();

  const { lostRecords, lostUncounted, behindSeconds } = await world.view(sink);
  assert.deepEqual([lostRecords, lostUncounted, behindSeconds], [MANY, false, 0]);
});

Deno.test("a sink of many workspaces takes a change of any of them", async () => {
  await using world = await sinkWorld();
  const slugs = Array.from({ length: 61 }, (_, at) => `team-${at}`);
  for (const slug of slugs) await createWorkspace(world, AN_ADMIN, { slug });
  const [last, ...first] = slugs.reverse();
  const url = "http://127.0.0.1:9/";
  const sink = await world.add({ url, enabled: false, workspaces: first });

  const wanted = first.with(59, last);
  await updateSink(world, AN_ADMIN, sink.id, { workspaces: wanted });

  assert.deepEqual((await world.view(sink)).workspaces, wanted);
});

Deno.test("what is left of a sink whose removal was cut short is cleared away by the next process", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const gone = await world.add({ url: receiver.url });
  const stays = await world.add({ url: receiver.url, name: "Stays" });
  await world.record(1);
  await world.send();
  assert.ok(await world.sinks.remove(AN_ADMIN, gone.id));
  const left = async () => {
    const lists = ["sink_begin", "sink_cursor"].map((kind) => world.kv.list({ prefix: [kind] }));
    const entries = await Promise.all(lists.map((list) => Array.fromAsync(list)));
    return entries.flat().map(({ key }) => key[1]);
  };
  assert.ok((await left()).includes(gone.id));

  const next = world.another("two");
  next.sinkSender.wakeAll();
  await next.sinkSender.settled();

  assert.deepEqual(await left(), [stays.id, stays.id]);
});

Deno.test("a sink keeps no cursor in what has no calls any more, and gets what comes there once", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  await world.add({ url: receiver.url });
  await world.record(2);
  await world.send();
  const cursors = () => Array.fromAsync(world.kv.list({ prefix: prefixes.allSinkCursors }));
  assert.equal((await cursors()).length, 1);
  for await (const { key } of world.kv.list({ prefix: prefixes.calls(world.workspace.id) })) {
    await world.kv.delete(key);
  }
  await world.send();
  assert.deepEqual(await cursors(), []);

  await world.record(1, { call: { tool: "new" } });
  await world.send();
  await world.send();

  assert.deepEqual(receiver.lines().map(({ tool }) => tool), ["tool 0", "tool 1", "new"]);
});

Deno.test("a pause that a wrong clock made keeps no sink from the log", async () => {
  await using receiver = startReceiver();
  receiver.answer = () => new Response(null, { status: 503 });
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url });
  world.advance(400 * DAY_MS);
  await world.record(1);
  await world.send();
  assert.equal((await world.view(sink)).status, "failing");

  receiver.answer = () => new Response();
  world.advance(-400 * DAY_MS);
  await world.send();

  assert.equal((await world.view(sink)).status, "caught_up");
  assert.equal(receiver.delivered.length, 2);
});

Deno.test("a sink that refused large bodies gets them again after ten minutes", async () => {
  await using receiver = startReceiver();
  receiver.answer = () => new Response(null, { status: 413 });
  await using world = await sinkWorld();
  await world.add({ url: receiver.url });
  await world.record(500, { apart: true });
  await world.send();
  receiver.answer = () => new Response();
  world.advance(60_000);
  await world.record(1);
  await world.send();
  const small = receiver.delivered.length;
  assert.ok(small > 100);

  world.advance(10 * 60_000);
  await world.record(500, { apart: true });
  await world.send();

  assert.equal(receiver.delivered.length, small + 1);
});
