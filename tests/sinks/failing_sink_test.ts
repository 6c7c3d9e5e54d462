import assert from "node:assert/strict";
import { AddressRules } from "../../core/servers/address_rules.ts";
import { addSink } from "../../core/sinks/add_sink.ts";
import { testSink } from "../../core/sinks/test_sink.ts";
import { updateSink } from "../../core/sinks/update_sink.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { type Delivered, type SinkWorld, sinkWorld, startReceiver } from "./_support.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a sink answered, and how long it is left alone then, from shortest to longest. */
const ANSWERS: { answer: () => Response; reason: RegExp; pauseMs: [number, number] }[] = [
  { answer: () => status(503), reason: /HTTP 503$/, pauseMs: [500, 1_000] },
  { answer: () => status(408), reason: /HTTP 408$/, pauseMs: [500, 1_000] },
  { answer: () => status(429), reason: /HTTP 429$/, pauseMs: [500, 1_000] },
  {
    answer: () => status(429, { "retry-after": "120" }),
    reason: /HTTP 429$/,
    pauseMs: [120_000, 120_000],
  },
  {
    answer: () => status(503, { "retry-after": "Sun, 22 Nov 2026 09:31:00 GMT" }),
    reason: /HTTP 503$/,
    pauseMs: [60_000, 60_000],
  },
  {
    answer: () => status(503, { "retry-after": "86400" }),
    reason: /HTTP 503$/,
    pauseMs: [3_600_000, 3_600_000],
  },
  { answer: () => status(400), reason: /HTTP 400; check its URL/, pauseMs: [7_500, 15_000] },
  { answer: () => status(401), reason: /HTTP 401; check its headers/, pauseMs: [7_500, 15_000] },
  { answer: () => status(404), reason: /HTTP 404; check its URL/, pauseMs: [7_500, 15_000] },
  { answer: () => status(413), reason: /HTTP 413 to 1 record/, pauseMs: [7_500, 15_000] },
  {
    answer: () => status(307, { location: "https://elsewhere.example.com/" }),
    reason: /HTTP 307, a redirect, which is not followed/,
    pauseMs: [7_500, 15_000],
  },
];

for (const { answer, reason, pauseMs: [shortest, longest] } of ANSWERS) {
  const { status, headers } = answer();
  const wish = headers.get("retry-after");
  const title = `HTTP ${status}${wish === null ? "" : ` with Retry-After ${wish}`}`;

  Deno.test(`a sink that answers ${title} is left alone for a while, and gets all later`, async () => {
    await using receiver = startReceiver();
    await using world = await sinkWorld();
    const sink = await world.add({ url: receiver.url });
    receiver.answer = answer;

    await world.record(1);
    await world.send();

    const { status, failure, sentRecords } = await world.view(sink);
    assert.deepEqual([status, sentRecords, failure?.tries], ["failing", 0, 1]);
    assert.match(failure?.reason ?? "", reason);
    assert.equal(failure?.since, world.now().toISOString());
    const pauseMs = Date.parse(failure?.nextTryAt ?? "") - world.now().getTime();
    assert.ok(pauseMs >= shortest && pauseMs <= longest, `${pauseMs}`);

    receiver.answer = () => new Response();
    world.advance(pauseMs - 1);
    await world.send();
    assert.equal(receiver.delivered.length, 1);
    world.advance(1);
    await world.record(2);
    await world.send();

    assert.deepEqual(receiver.lines().slice(1), await world.logged());
    const after = await world.view(sink);
    assert.deepEqual([after.status, after.failure, after.sentRecords], ["caught_up", null, 3]);
  });
}

Deno.test("pauses grow to a minute for what may pass, and to 15 minutes for what will not", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url });
  await world.record(1);

  for (const [answer, longestMs] of [[503, 60_000], [401, 15 * 60_000]] as const) {
    receiver.answer = () => status(answer);
    let pauseMs = 0;
    for (let round = 0; round < 12; round++) {
      await world.send();
      const { failure } = await world.view(sink);
      pauseMs = Date.parse(failure?.nextTryAt ?? "") - world.now().getTime();
      world.advance(pauseMs);
    }
    assert.ok(pauseMs >= longestMs / 2 && pauseMs <= longestMs, `${answer}: ${pauseMs}`);
  }
});

Deno.test("a sink that does not answer in time has failed", async () => {
  await using receiver = startReceiver();
  const release = Promise.withResolvers<Response>();
  receiver.answer = () => release.promise;
  await using world = await sinkWorld({ timeoutMs: 50 });
  const sink = await world.add({ url: receiver.url });

  await world.record(1);
  await world.send();

  assert.match((await world.view(sink)).failure?.reason ?? "", /did not answer within 0.05 s/);
  release.resolve(new Response());
});

Deno.test("a sink where nothing listens has failed, and is said to", async () => {
  const receiver = startReceiver();
  await receiver[Symbol.asyncDispose]();
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url });

  await world.record(1);
  await world.send();

  assert.match((await world.view(sink)).failure?.reason ?? "", /refused the connection/);
});

Deno.test("a body that is too large is sent in smaller ones", async () => {
  await using receiver = startReceiver();
  receiver.answer = ({ text }: Delivered) => status(linesOf(text) > 400 ? 413 : 200);
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url });

  await world.record(1_500);
  await world.send();

  const taken = receiver.delivered.filter(({ text }) => linesOf(text) <= 400);
  const lines = taken.flatMap(({ text }) => text.trimEnd().split("\n"));
  assert.deepEqual(lines.map((line) => JSON.parse(line)), await world.logged());
  assert.equal((await world.view(sink)).sentRecords, 1_500);
});

Deno.test("a failure is forgotten when the sink is changed, and a test of it has it tried again", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url });
  await world.record(1);
  receiver.answer = () => status(401);
  await world.send();

  const failed = await testSink(world, sink.id, new AbortController().signal);
  assert.deepEqual([failed.ok, failed.message], [
    false,
    "The sink answered HTTP 401; check its headers.",
  ]);
  receiver.answer = () => new Response();
  const passed = await testSink(world, sink.id, new AbortController().signal);
  assert.deepEqual([passed.ok, passed.message], [true, "The sink took a test record."]);
  await world.sinkSender.settled();

  assert.equal((await world.view(sink)).status, "caught_up");
  assert.equal(JSON.parse(receiver.delivered.at(-2)?.text ?? "").type, "test");

  receiver.answer = () => status(401);
  await world.record(1);
  await world.send();
  receiver.answer = () => new Response();
  await updateSink(world, AN_ADMIN, sink.id, { headers: { Authorization: "Bearer other" } });
  await world.sinkSender.settled();
  assert.equal((await world.view(sink)).status, "caught_up");
  assert.equal(receiver.delivered.at(-1)?.headers.get("authorization"), "Bearer other");
});

Deno.test("what expires before a sink takes it is counted, and the rest is sent", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url });
  receiver.answer = () => status(503, { "retry-after": "3600" });
  await world.record(7);
  world.advance(DAY_MS);
  await world.record(2);
  await world.send();

  // Three minutes before the first are gone they are given up, so that they can be counted.
  world.advance(89 * DAY_MS - 10 * 60_000);
  await world.send();
  assert.equal((await world.view(sink)).lostRecords, 0);
  world.advance(8 * 60_000);
  await world.send();
  assert.deepEqual(losses(await world.view(sink)), [7, false]);
  await world.send();
  assert.deepEqual(losses(await world.view(sink)), [7, false]);

  receiver.answer = () => new Response();
  receiver.delivered.length = 0;
  world.advance(3_600_000);
  await world.send();

  const [, ...rest] = await packsOf(world);
  assert.deepEqual(receiver.lines(), rest.flat());
  assert.deepEqual(losses(await world.view(sink)), [7, false]);
});

Deno.test("what expired while no gateway ran is said to be lost, though nobody counted it", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url });
  receiver.answer = () => status(503);
  await world.record(3);
  await world.send();
  const [{ key }] = await Array.fromAsync(world.kv.list({ prefix: ["calls"] }));

  await world.kv.delete(key);
  world.advance(91 * DAY_MS);
  await world.record(1);
  receiver.answer = () => new Response();
  await world.send();

  const view = await world.view(sink);
  assert.deepEqual(losses(view), [0, true]);
  assert.deepEqual([view.status, view.sentRecords], ["caught_up", 1]);
});

Deno.test("what a workspace does not keep any more is not sent, and was not lost by a new sink", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  await world.record(4);
  world.advance(10 * DAY_MS);
  await world.record(2);
  await world.workspaces.update(AN_ADMIN, "workspace.update", world.workspace.id, (workspace) => ({
    ...workspace,
    retentionDays: 5,
  }));

  const sink = await world.add({ url: receiver.url, from: "beginning" });

  assert.equal(receiver.lines().length, 2);
  assert.deepEqual(losses(await world.view(sink)), [0, false]);

  await updateSink(world, AN_ADMIN, sink.id, { enabled: false });
  await world.record(3);
  world.advance(6 * DAY_MS);
  await updateSink(world, AN_ADMIN, sink.id, { enabled: true });
  await world.send();
  assert.equal(receiver.lines().length, 2);
  assert.deepEqual(losses(await world.view(sink)), [3, false]);
});

Deno.test("a private address is refused when a sink is added, and when one is sent to", async () => {
  await using receiver = startReceiver();
  const strict = new AddressRules({ allowPrivate: false });
  await using world = await sinkWorld();
  const input = { name: "SIEM", kind: "jsonl" as const, url: receiver.url };

  for (
    const url of [receiver.url, "https://127.0.0.1/", "https://10.0.0.7/", "ftp://example.com"]
  ) {
    await assert.rejects(
      addSink({ ...world, addresses: strict }, AN_ADMIN, { ...input, url }),
      { code: "invalid_input", field: "url" },
    );
  }

  await using later = await sinkWorld({ addresses: strict });
  const sink = await addSink({ ...later, addresses: world.addresses }, AN_ADMIN, input);
  await later.record(1);
  await later.send();

  assert.equal(receiver.delivered.length, 0);
  assert.match((await later.view(sink)).failure?.reason ?? "", /cannot be called: .* is not https/);
});

function status(code: number, headers: Record<string, string> = {}): Response {
  return new Response("what a sink says is repeated nowhere", { status: code, headers });
}

function losses(
  { lostRecords, lostUncounted }: { lostRecords: number; lostUncounted: boolean },
): [number, boolean] {
  return [lostRecords, lostUncounted];
}

function linesOf(text: string): number {
  return text.trimEnd().split("\n").length;
}

/** The log as a sink gets it, by the packs in which it was committed. */
async function packsOf(world: SinkWorld): Promise<unknown[][]> {
  const all = await world.logged();
  const stamps = new Set(all.map((line) => String(Object(line).id).split("-")[0]));
  return [...stamps].map((stamp) => all.filter((line) => Object(line).id.startsWith(stamp)));
}
