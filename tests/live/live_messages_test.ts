import assert from "node:assert/strict";
import { endOfTurn } from "../../core/kv/end_of_turn.ts";
import { liveMessages } from "../../core/live/live_messages.ts";
import { LiveTopics } from "../../core/live/live_topic.ts";

const WATCHED = [
  { topic: "calls", key: ["any_calls_bell"] },
  { topic: "changes", key: ["audit_head"] },
] as const;

/** Messages of a page that follows calls and changes; `ring` says that one of them changed. */
function messagesOf(betweenMs: number) {
  const rings = new Map<string, () => void>();
  const ending = new AbortController();
  const messages = liveMessages({
    signals: {
      watch(key, onChange) {
        rings.set(key[0], onChange);
        return { [Symbol.dispose]: () => void rings.delete(key[0]) };
      },
    },
    watched: WATCHED,
    mayRead: () => Promise.resolve(true),
    signal: ending.signal,
    pace: { keepAliveMs: 60_000, betweenMs },
  });
  return {
    rings,
    ending,
    next: async () => (await messages.next()).value ?? null,
    ring: (key: string) => (rings.get(key) ?? assert.fail(key))(),
  };
}

Deno.test("liveMessages() says once what happened often before it was said", async () => {
  const { next, ring, ending } = messagesOf(0);
  assert.equal(await next(), "retry: 2000\n\n");

  for (let at = 0; at < 50; at++) ring("audit_head");
  ring("any_calls_bell");
  assert.equal(await next(), 'data: ["changes","calls"]\n\n');
  ring("any_calls_bell");
  assert.equal(await next(), 'data: ["calls"]\n\n');

  ending.abort();
  assert.equal(await next(), null);
});

Deno.test("liveMessages() is silent for a while after each message, and watches nothing in the end", async () => {
  const { next, ring, rings, ending } = messagesOf(60_000);
  await next();
  ring("any_calls_bell");
  await next();

  let isSaid = false;
  ring("any_calls_bell");
  const said = next().finally(() => isSaid = true);
  for (let turn = 0; turn < 20; turn++) await endOfTurn();
  assert.equal(isSaid, false);

  ending.abort();
  assert.equal(await said, null);
  assert.equal(rings.size, 0);
});

Deno.test("LiveTopics takes known topics and workspaces, and every common one where none is named", () => {
  assert.deepEqual(LiveTopics.parse("calls:backend,servers,servers"), ["calls:backend", "servers"]);
  assert.deepEqual(LiveTopics.parse(undefined), ["calls", "servers", "events", "changes"]);

  const slugs = Array.from({ length: 11 }, (_, at) => `calls:team-${at}`).join(",");
  for (const wrong of ["", "secrets", "calls:", "calls:No", "calls:a--b", "calls,", slugs]) {
    assert.equal(LiveTopics.safeParse(wrong).success, false, wrong);
  }
});
