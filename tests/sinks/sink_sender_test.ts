import assert from "node:assert/strict";
import { removeSink } from "../../core/sinks/remove_sink.ts";
import { updateSink } from "../../core/sinks/update_sink.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import { sinkWorld, startReceiver } from "./_support.ts";

Deno.test("a sink of JSON lines gets the log as it is, in its order, compressed", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  await world.record(3);
  const sink = await world.add({ url: receiver.url, from: "beginning" });

  await world.record(20, { apart: true });
  await world.send();

  assert.deepEqual(receiver.lines(), await world.logged());
  assert.equal(receiver.lines().length, 23);
  const [first] = receiver.delivered;
  assert.equal(first.headers.get("content-type"), "application/x-ndjson");
  assert.equal(first.headers.get("content-encoding"), "gzip");
  const view = await world.view(sink);
  assert.deepEqual([view.status, view.sentRecords, view.behindSeconds], ["caught_up", 23, 0]);
  assert.equal(view.lastSentAt, world.now().toISOString());
});

Deno.test("a sink from now on gets nothing of what was recorded before it was added", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  await world.record(5, { apart: true });

  await world.add({ url: receiver.url, gzip: false });
  await world.send();
  assert.equal(receiver.delivered.length, 0);
  const late = await createWorkspace(world, AN_ADMIN, { slug: "late" });
  await world.record(2);
  await world.record(1, { to: late });
  await world.send();

  const logged = [...(await world.logged()).slice(5), ...await world.logged(late)];
  assert.deepEqual(byId(receiver.lines()), byId(logged));
  assert.equal(receiver.delivered[0].headers.get("content-encoding"), null);
});

Deno.test("a backlog is sent in requests of at most 1,000 records, each workspace in its order", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const other = await createWorkspace(world, AN_ADMIN, { slug: "other" });
  await Promise.all([world.record(2_600), world.record(700, { to: other })]);

  await world.add({ url: receiver.url, from: "beginning" });
  await world.send();

  const counts = receiver.delivered.map(({ text }) => text.trimEnd().split("\n").length);
  assert.ok(counts.every((count) => count <= 1_000), `${counts}`);
  assert.ok(receiver.delivered.every(({ text }) => text.length <= 1024 * 1024));
  for (const workspace of [world.workspace, other]) {
    const got = receiver.lines().filter(({ workspaceId }) => workspaceId === workspace.id);
    assert.deepEqual(got, await world.logged(workspace));
  }
  // A workspace that is behind has its turn before all of another's is sent.
  const turns = receiver.delivered.map(({ text }) => text.includes(other.id));
  assert.ok(turns.indexOf(true) < turns.length - 1, `${turns}`);
});

Deno.test("what is recorded is sent by itself, gathered for half a second", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  world.callLog.onCommitted((workspaces) => world.sinkSender.recorded(workspaces));
  await world.add({ url: receiver.url });
  await world.sinkSender.settled();

  await world.record(10, { apart: true });
  await eventually("all calls", () => receiver.lines().length === 10);

  assert.ok(receiver.delivered.length < 10);
});

Deno.test("a sink gets the workspaces that it is limited to, and no others", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const other = await createWorkspace(world, AN_ADMIN, { slug: "other" });
  const sink = await world.add({ url: receiver.url, workspaces: ["other"] });

  await world.record(3);
  await world.record(2, { to: other });
  await world.send();

  assert.deepEqual(receiver.lines(), await world.logged(other));
  assert.deepEqual((await world.view(sink)).workspaces, ["other"]);

  await updateSink(world, AN_ADMIN, sink.id, { workspaces: null });
  await world.send();
  assert.equal(receiver.lines().length, 5);
});

Deno.test("what a removed workspace had is sent to the end", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  await world.add({ url: receiver.url });
  const gone = await createWorkspace(world, AN_ADMIN, { slug: "gone" });
  await world.record(4, { to: gone });
  await world.workspaces.remove(AN_ADMIN, gone);

  await world.send();

  assert.equal(receiver.lines().length, 4);
  assert.ok(receiver.lines().every((line) => line.workspaceId === gone.id));
  assert.equal(receiver.lines()[0].workspace, null);
});

Deno.test("a disabled sink gets nothing, and goes on where it was when it is enabled", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url });
  await world.record(2);
  await world.send();

  await updateSink(world, AN_ADMIN, sink.id, { enabled: false });
  await world.record(3);
  world.advance(60_000);
  await world.send();
  assert.equal(receiver.lines().length, 2);
  const { status, behindSeconds } = await world.view(sink);
  assert.deepEqual([status, behindSeconds], ["disabled", 60]);

  await updateSink(world, AN_ADMIN, sink.id, { enabled: true });
  await world.send();
  assert.deepEqual(receiver.lines(), await world.logged());
  assert.equal((await world.view(sink)).status, "caught_up");
});

Deno.test("a removed sink gets nothing more, and leaves nothing in the store", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url, headers: { Authorization: "Bearer a" } });
  await world.record(2);
  await world.send();

  await removeSink(world, AN_ADMIN, sink.id);
  await world.record(2);
  await world.send();

  assert.equal(receiver.lines().length, 2);
  for (const kind of ["sink", "sink_state", "sink_begin", "sink_cursor"]) {
    assert.deepEqual(await Array.fromAsync(world.kv.list({ prefix: [kind] })), [], kind);
  }
});

Deno.test("two processes send together, and lose nothing and double nothing", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const other = world.another("two");
  await world.add({ url: receiver.url });

  for (let round = 0; round < 10; round++) {
    await world.record(30, { apart: round % 2 === 0 });
    world.sinkSender.wakeAll();
    other.sinkSender.wakeAll();
    await Promise.all([world.sinkSender.settled(), other.sinkSender.settled()]);
  }
  await eventually("all calls", async () => {
    await world.send();
    return receiver.lines().length >= 300;
  });

  assert.deepEqual(receiver.lines(), await world.logged());
});

Deno.test("a process that slept through its lease moves no cursor and counts nothing", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url });
  const other = world.another("two");
  const release = Promise.withResolvers<Response>();
  const answers = [release.promise];
  receiver.answer = () => answers.pop() ?? new Response();
  await world.record(3);
  world.sinkSender.wakeAll();
  await eventually("a request that hangs", () => receiver.delivered.length === 1);

  world.advance(31_000);
  await world.record(3);
  other.sinkSender.wakeAll();
  await other.sinkSender.settled();
  release.resolve(new Response());
  await world.send();
  await world.send();

  assert.deepEqual(receiver.lines().slice(3), await world.logged());
  assert.equal((await world.view(sink)).sentRecords, 6);
});

Deno.test("a sink that hangs costs another one nothing", async () => {
  await using receiver = startReceiver();
  await using hanging = startReceiver();
  const release = Promise.withResolvers<Response>();
  hanging.answer = () => release.promise;
  await using world = await sinkWorld();
  await world.add({ name: "hangs", url: hanging.url });
  await world.add({ url: receiver.url });

  for (let round = 1; round <= 3; round++) {
    await world.record(5);
    world.sinkSender.wakeAll();
    await eventually("a round", () => receiver.lines().length === 5 * round);
  }

  assert.equal(hanging.delivered.length, 1);
  // Closing cuts what hangs; the test would not end otherwise.
  await world.sinkSender.close();
  release.resolve(new Response());
});

function byId(lines: unknown[]): unknown[] {
  return lines.toSorted((a, b) => String(Object(a).id) < String(Object(b).id) ? -1 : 1);
}
