import assert from "node:assert/strict";
import { KnownDefinitions } from "../../core/definitions/known_definitions.ts";
import { EventStore } from "../../core/events/event_store.ts";
import { someServer, testCore } from "../_support/core.ts";

const TOOLS = 9;

/** Tools whose definitions differ in as many, as long and as wide fields as an event shows. */
function tools(text: string) {
  return Array.from({ length: TOOLS }, (_, at) => ({
    name: `${at}${"網".repeat(300)}`,
    ...Object.fromEntries(
      Array.from({ length: 10 }, (_, field) => [`${field}${"網".repeat(199)}`, text.repeat(170)]),
    ),
  }));
}

Deno.test("no server can write so much into its definitions that a change of them is not seen", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  const known = new KnownDefinitions({ pins: core.pins, now: core.now, log });

  await known.compare(server, "tools", tools("あ"), true);
  await known.compare(server, "tools", tools("い"), true);

  const events = new EventStore(core.kv, core.now);
  const { items } = await events.list({}, { limit: 100, cursor: null });
  assert.deepEqual(logged, []);
  assert.equal(items.length, TOOLS);
  assert.equal((await core.pins.heads([server.id])).get(server.id)?.waiting, TOOLS);
});
