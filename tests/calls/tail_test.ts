import assert from "node:assert/strict";
import { createParser } from "eventsource-parser";
import type { CallView } from "../../core/calls/call.ts";
import { CallLog } from "../../core/calls/call_log.ts";
import { CallQueries } from "../../core/calls/call_queries.ts";
import { CallStreams } from "../../core/calls/call_streams.ts";
import { tailCalls } from "../../core/calls/tail_calls.ts";
import type { CallFilter } from "../../core/calls/call_filter.ts";
import type { WorkspaceId } from "../../core/ids.ts";
import { openStore } from "../../core/kv/open_store.ts";
import { SharedReads } from "../../core/kv/shared_reads.ts";
import { Signals } from "../../core/kv/signals.ts";
import { kept, REMOVED, someCall, workspaceIds } from "./_support.ts";

const NOW = new Date("2026-11-22T12:00:00.000Z");

/** What a process has of the log, on a store of its own handle. */
async function processOn(path: string) {
  const store = await openStore(path);
  const reads = new SharedReads(store.epochKv);
  const signals = new Signals(store, reads);
  const log = new CallLog(store.kv);
  const calls = new CallQueries(store.kv, () => NOW);
  const streams = new CallStreams({
    ...{ calls, workspaces: REMOVED, signals },
    now: () => NOW,
  });
  return {
    log,
    streams,
    record: (id: WorkspaceId, tool: string, more = {}) =>
      log.record(kept(id), someCall({ tool, ...more })),
    async [Symbol.asyncDispose]() {
      await streams.close();
      await log.close();
      await signals.close();
      await reads.close();
      store.close();
    },
  };
}

type Process = Awaited<ReturnType<typeof processOn>>;

interface Options {
  after?: string | null;
  filter?: CallFilter;
  mayRead?: () => Promise<boolean>;
}

/** Follows the log, call by call. */
async function follow({ streams }: Process, id: WorkspaceId, options: Options = {}) {
  const { after = null, filter = {}, mayRead = () => Promise.resolve(true) } = options;
  const body = await streams.tail({ workspace: kept(id), filter, after, mayRead });
  const reader = body.getReader();
  const heard: CallView[] = [];
  const parser = createParser({
    onEvent: ({ id: eventId, event, data }) => {
      if (event === "place") return;
      const call = JSON.parse(data);
      assert.equal(call.id, eventId);
      heard.push(call);
    },
  });
  // The first piece says where it begins.
  const first = new TextDecoder().decode((await reader.read()).value);
  return {
    place: /^event: place\nid: (\S+)\n/.exec(first)?.[1] ?? assert.fail(first),
    /** The next calls, when so many came. */
    async next(count: number): Promise<CallView[]> {
      while (heard.length < count) {
        const { done, value } = await reader.read();
        assert.ok(!done, `the stream ended after ${heard.length} calls`);
        parser.feed(new TextDecoder().decode(value));
      }
      return heard.splice(0, count);
    },
    async ended(): Promise<boolean> {
      return (await reader.read()).done;
    },
    leave: () => reader.cancel(),
  };
}

/** Two processes on one store. */
async function pair() {
  const stack = new AsyncDisposableStack();
  const dir = await Deno.makeTempDir({ prefix: "aerostack_tail_" });
  stack.defer(() => Deno.remove(dir, { recursive: true }));
  const one = stack.use(await processOn(`${dir}/kv.sqlite3`));
  const two = stack.use(await processOn(`${dir}/kv.sqlite3`));
  const [id, other] = workspaceIds(2);
  return { one, two, id, other, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
}

Deno.test("who follows the log hears what any process commits, and nothing from before", async () => {
  await using at = await pair();
  await at.one.record(at.id, "before");
  const tail = await follow(at.one, at.id);

  await at.one.record(at.id, "here");
  await at.two.record(at.other, "another workspace");
  await at.two.record(at.id, "elsewhere");

  assert.deepEqual(toolsOf(await tail.next(2)), ["here", "elsewhere"]);
  await tail.leave();
});

Deno.test("who goes on after an id misses nothing and hears nothing twice, in the log's order", async () => {
  await using at = await pair();
  const total = 300;
  const heard: CallView[] = [];

  const recording = Promise.all([at.one, at.two].map(async (process, turn) => {
    for (let count = turn; count < total; count += 20) {
      const group = Array.from({ length: 10 }, (_, more) => `${count + 2 * more}`);
      await Promise.all(group.map((tool) => process.record(at.id, tool)));
    }
  }));
  // It leaves in the middle of a commit's calls, again and again, and goes on at any process.
  while (heard.length < total) {
    const process = heard.length % 2 === 0 ? at.one : at.two;
    const tail = await follow(process, at.id, { after: heard.at(-1)?.id ?? BEGINNING });
    heard.push(...await tail.next(Math.min(23, total - heard.length)));
    await tail.leave();
  }
  await recording;

  const ids = heard.map(({ id }) => id);
  assert.deepEqual(ids, ids.toSorted(inLog));
  assert.equal(new Set(toolsOf(heard)).size, total);
});

Deno.test("whoever loses the stream before the first call comes back to where it began", async () => {
  await using at = await pair();
  for (const before of [[], ["before"]]) {
    for (const tool of before) await at.one.record(at.other, tool);
    const tail = await follow(at.one, at.other);
    await tail.leave();
    await at.one.record(at.other, "meanwhile");

    const again = await follow(at.two, at.other, { after: tail.place });
    assert.deepEqual(toolsOf(await again.next(1)), ["meanwhile"]);
    await again.leave();
  }
});

Deno.test("a filter hides the others, and the place moves on all the same", async () => {
  await using at = await pair();
  const tail = await follow(at.one, at.id, { filter: { outcome: "refused" } });

  await at.one.record(at.id, "fine");
  await at.one.record(at.id, "not fine", { outcome: "refused", reason: "rate_limited" });

  assert.deepEqual(toolsOf(await tail.next(1)), ["not fine"]);
  await tail.leave();
});

Deno.test("a tail whose filter hides all that happens says that it is there, and ends with its reader's access", async () => {
  using kv = await Deno.openKv(":memory:");
  const [id] = workspaceIds(1);
  const log = new CallLog(kv);
  let ring = () => {};
  let elapsedMs = 0;
  let mayRead = true;
  const deps = {
    calls: new CallQueries(kv, () => NOW),
    signals: {
      watch: (_key: Deno.KvKey, onChange: () => void) => {
        ring = onChange;
        return { [Symbol.dispose]: () => {} };
      },
    },
    elapsedMs: () => elapsedMs,
  };
  const filter = { tool: "none" };
  const of = { workspace: kept(id), filter, after: null, mayRead: () => Promise.resolve(mayRead) };
  const ending = new AbortController();
  const pieces = (await tailCalls(deps, of))(ending.signal);
  await pieces.next();

  /** What comes while others call all the time. */
  const next = async () => {
    elapsedMs += 16_000;
    const heard: IteratorResult<string>[] = [];
    void pieces.next().then((piece) => heard.push(piece));
    for (let round = 0; heard.length === 0 && round < 50; round++) {
      await log.record(kept(id), someCall({ tool: "another" }));
      ring();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return heard[0];
  };
  const alive = await next();
  mayRead = false;
  const end = await next();
  ending.abort();
  await log.close();

  assert.match(alive?.value ?? "", /^event: place\n/);
  assert.deepEqual(end, { done: true, value: undefined });
});

Deno.test("a tail ends when its reader may not read it any more, and at the end of the process", async () => {
  await using at = await pair();
  let mayRead = true;
  const tail = await follow(at.one, at.id, { mayRead: () => Promise.resolve(mayRead) });
  const other = await follow(at.one, at.id);
  await at.one.record(at.id, "first");
  await tail.next(1);

  mayRead = false;
  // Who was let in within the last second is not asked for again.
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  await at.one.record(at.id, "second");

  assert.ok(await tail.ended());
  assert.deepEqual(toolsOf(await other.next(2)), ["first", "second"]);
  await at.one.streams.close();
  await assert.rejects(other.ended(), /Broke off streams/);
});

Deno.test("an id that is none is refused before a stream begins", async () => {
  await using at = await pair();

  await assert.rejects(follow(at.one, at.id, { after: "no id" }), /is not one that this list gave/);
});

const BEGINNING = `${"0".repeat(20)}-0`;

function toolsOf(calls: readonly CallView[]): string[] {
  return calls.map(({ tool }) => tool);
}

function inLog(a: string, b: string): number {
  const [[commitA, indexA], [commitB, indexB]] = [a.split("-"), b.split("-")];
  if (commitA !== commitB) return commitA < commitB ? -1 : 1;
  return Number(indexA) - Number(indexB);
}
