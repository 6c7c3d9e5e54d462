import assert from "node:assert/strict";
import { viewAuditEntry } from "../../core/audit/audit_entry.ts";
import type { Event } from "../../core/events/event.ts";
import { newServerId } from "../../core/ids.ts";
import { keys, prefixes } from "../../core/kv/keys.ts";
import { auditStream } from "../../core/sinks/audit_stream.ts";
import { updateSink } from "../../core/sinks/update_sink.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { type SinkWorld, sinkWorld, startReceiver } from "./_support.ts";

/** The audit log, as a sink of JSON lines should get it. */
async function audited(world: SinkWorld) {
  const { items } = await world.audit.list({ limit: 1_000, cursor: null });
  return items.reverse().map((entry) => {
    return { type: "audit", id: `audit-${entry.seq}`, ...viewAuditEntry(entry) };
  });
}

function someEvent({ now }: SinkWorld, reason = "leak" as const): Event {
  const at = now().toISOString();
  return { kind: "server_blocked", at, serverId: newServerId(), server: "internal-api", reason };
}

Deno.test("a sink that includes the audit log gets every entry, in its order, beside the calls", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const sink = await world.add({
    url: receiver.url,
    from: "beginning",
    include: ["calls", "audit"],
  });

  await world.record(3);
  for (const slug of ["one", "two", "three"]) await createWorkspace(world, AN_ADMIN, { slug });
  await world.send();

  const lines = receiver.lines();
  assert.deepEqual(lines.filter(({ type }) => type === "audit"), await audited(world));
  assert.deepEqual(lines.filter(({ type }) => type === "call"), await world.logged());
  assert.deepEqual((await world.view(sink)).include, ["calls", "audit"]);
});

Deno.test("a sink from now on gets the audit log from its own addition on", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  for (let number = 0; number < 9; number++) {
    await createWorkspace(world, AN_ADMIN, { slug: `early-${number}` });
  }

  await world.add({ url: receiver.url, include: ["audit"] });
  await createWorkspace(world, AN_ADMIN, { slug: "late" });
  await createWorkspace(world, AN_ADMIN, { slug: "later" });
  await world.send();

  assert.deepEqual(
    receiver.lines().map(({ action, subject }) => [action, subject.workspace]),
    [["workspace.create", "late"], ["workspace.create", "later"]],
  );
});

Deno.test("the entry after a commit is found wherever in the audit log it is", async () => {
  await using world = await sinkWorld();
  const stamps: string[] = [];
  for (let number = 0; number < 12; number++) {
    const { versionstamp } = await world.kv.set(["mark"], number);
    stamps.push(versionstamp);
    await createWorkspace(world, AN_ADMIN, { slug: `number-${number}` });
  }
  const stream = auditStream(world);

  const { versionstamp: now } = await world.kv.set(["mark"], "now");

  // The first entry is that of the world's own workspace.
  for (const [number, stamp] of stamps.entries()) {
    assert.equal(Number(await stream.begin("audit", stamp)), number + 1);
  }
  assert.equal(Number(await stream.begin("audit", now)), 13);
  assert.equal(Number(await stream.begin("audit", "")), 0);
});

Deno.test("an entry that somebody damaged is named, and those that follow are sent", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  await createWorkspace(world, AN_ADMIN, { slug: "one" });
  await world.kv.set(keys.auditEntry(2), { nothing: true });

  await world.add({ url: receiver.url, from: "beginning", include: ["audit"] });
  await world.add({
    name: "otlp",
    kind: "otlp",
    url: receiver.url,
    from: "beginning",
    include: ["audit"],
  });

  const lines = receiver.delivered.filter(({ headers }) =>
    headers.get("content-type") === "application/x-ndjson"
  ).flatMap(({ text }) => text.trimEnd().split("\n").map((line) => JSON.parse(line)));
  assert.deepEqual(lines[1], { type: "audit", id: "audit-2", damaged: true });
  assert.equal(lines[2].seq, 3);
});

Deno.test("a sink that includes events gets what servers did, and nothing twice", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  await world.events.add([someEvent(world)]);
  const sink = await world.add({ url: receiver.url, include: ["events"] });
  const events = Array.from({ length: 25 }, () => someEvent(world));

  await world.events.add(events);
  await world.record(2);
  await world.send();
  await world.events.add([someEvent(world)]);
  await world.send();

  const lines = receiver.lines();
  assert.deepEqual(lines.slice(0, 25).map(({ type: _, id: __, ...event }) => event), events);
  assert.equal(lines.length, 26);
  assert.equal(new Set(lines.map(({ id }) => id)).size, 26);
  assert.match(lines[0].id, /^event-[0-9a-f]{20}-0$/);

  await updateSink(world, AN_ADMIN, sink.id, { include: ["calls"] });
  await world.send();
  assert.deepEqual(receiver.lines().slice(26), await world.logged());
});

Deno.test("entries and events are records of OTLP, too", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  await world.events.add([{
    kind: "leak",
    at: world.now().toISOString(),
    serverId: newServerId(),
    server: "internal-api",
    secret: "API_KEY",
    form: "base64",
    place: "body",
    method: null,
    tool: "search",
    times: 2,
  }]);

  await world.add({
    kind: "otlp",
    url: receiver.url,
    from: "beginning",
    include: ["audit", "events"],
  });

  const records = receiver.delivered.flatMap(({ text }) =>
    JSON.parse(text).resourceLogs[0].scopeLogs[0].logRecords
  );
  const [first, , event] = records.map((record) => ({
    name: record.eventName,
    body: record.body.stringValue,
    attributes: Object.fromEntries(
      record.attributes.map(({ key, value }: { key: string; value: object }) => {
        return [key, Object.values(value)[0]];
      }),
    ),
  }));
  assert.equal(first.name, "aerostack.audit");
  assert.match(first.body, /: workspace\.create engineering$/);
  assert.equal(first.attributes["log.record.uid"], "audit-1");
  assert.equal(first.attributes["aerostack.audit.subject.workspace"], "engineering");
  assert.equal(event.name, "aerostack.event");
  assert.equal(event.body, "leak of internal-api");
  assert.equal(event.attributes["aerostack.event.secret"], "API_KEY");
  assert.equal(event.attributes["aerostack.event.times"], "2");
  assert.equal(event.attributes["aerostack.event.method"], undefined);
});

Deno.test("calls that somebody damaged are named, and those that follow are sent", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  await world.record(3, { apart: true });
  const packs = await Array.fromAsync(
    world.kv.list({ prefix: prefixes.calls(world.workspace.id) }),
  );
  await world.kv.set(packs[0].key, { nothing: true });
  await world.kv.set(packs[1].key, {
    ...packs[1].value as object,
    calls: new TextEncoder().encode("["),
  });

  await world.add({ url: receiver.url, from: "beginning" });
  await world.add({ name: "otlp", kind: "otlp", url: receiver.url, from: "beginning" });

  const lines = receiver.delivered[0].text.trimEnd().split("\n").map((line) => JSON.parse(line));
  const [first, second, third] = packs.map(({ key }) => `${String(key.at(-1))}-0`);
  const of = { type: "call", workspaceId: world.workspace.id, workspace: "engineering" };
  assert.deepEqual(lines.slice(0, 2), [
    { ...of, id: first, damaged: true },
    { ...of, id: second, damaged: true },
  ]);
  assert.deepEqual([lines[2].id, lines[2].tool], [third, "tool 2"]);
  assert.match(receiver.delivered[1].text, new RegExp(`The record ${first} .* cannot be read`));
});
