import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { LEASE_MS } from "../../core/kv/lease_store.ts";
import { type RunningProcess, startProcess } from "../_support/child_process.ts";
import { eventually } from "../_support/eventually.ts";
import { memoryStore } from "../_support/store.ts";
import { tempStore } from "../_support/temp_store.ts";
import { SteeredKv } from "../calls/_support.ts";
import { type SinkWorld, sinkWorldOn, startReceiver } from "./_support.ts";

const CHILD = fileURLToPath(new URL("_children/sender.ts", import.meta.url));

/** Sends until it is killed; each one's clock is past the lease of the one before. */
function startSender(path: string, round: number): Promise<RunningProcess> {
  const aheadMs = String(round * 2 * LEASE_MS);
  return startProcess({
    args: ["run", "-A", "--no-check", "--unstable-kv", CHILD, path, aheadMs],
    ready: /^sending$/,
  });
}

/** That each record came once or again as it was, first of all in the order of the log. */
async function assertAllCame(world: SinkWorld, lines: unknown[]): Promise<void> {
  const first = new Map<unknown, unknown>();
  for (const line of lines) {
    const { id } = Object(line);
    if (first.has(id)) assert.deepEqual(line, first.get(id));
    else first.set(id, line);
  }
  assert.deepEqual([...first.values()], await world.logged());
}

Deno.test("a process that is killed while it sends loses nothing, and what comes again has its id", async () => {
  using temp = await tempStore();
  await using receiver = startReceiver();
  const store = { ...temp.store, [Symbol.dispose]: () => {}, close: () => {} };
  await using world = await sinkWorldOn(store);
  await world.add({ url: receiver.url });

  // Killed before an answer, with the answer, and a little later, when it may have been noted.
  for (const [round, delayMs] of [null, 0, 1, 4].entries()) {
    const arrived = Promise.withResolvers<void>();
    const killed = Promise.withResolvers<void>();
    receiver.answer = async (delivered) => {
      arrived.resolve();
      if (delayMs !== null) return new Response();
      // What it did not answer for, it did not store.
      receiver.delivered.splice(receiver.delivered.indexOf(delivered), 1);
      await killed.promise;
      return new Response();
    };
    await world.record(1_200);
    await using sender = await startSender(temp.path, round + 1);
    await arrived.promise;
    if (delayMs !== null) await new Promise((resolve) => setTimeout(resolve, delayMs));
    await sender.end("SIGKILL");
    killed.resolve();
  }

  receiver.answer = () => new Response();
  const { length: count } = await world.logged();
  await using _last = await startSender(temp.path, 9);
  await eventually("all", () => new Set(receiver.lines().map(({ id }) => id)).size === count);

  await assertAllCame(world, receiver.lines());
});

for (const applied of [false, true]) {
  const what = applied ? "whose answer is lost" : "that fails";

  Deno.test(`no commit ${what} on the way costs a record`, async () => {
    let commit = 0;
    for (let isReached = true; isReached;) {
      commit++;
      await using receiver = startReceiver();
      const memory = await memoryStore();
      const steered = new SteeredKv(memory.kv);
      await using world = await sinkWorldOn({ ...memory, kv: steered.kv });
      await world.add({ url: receiver.url });
      await world.record(1_100);

      const begin = steered.commits;
      isReached = false;
      steered.beforeCommit = (number) => {
        if (number !== begin + commit || applied) return;
        isReached = true;
        throw new Error("the store failed");
      };
      steered.afterCommit = (number) => {
        if (number !== begin + commit || !applied) return;
        isReached = true;
        throw new Error("the answer of the store was lost");
      };
      await world.send();
      steered.beforeCommit = () => {};
      steered.afterCommit = () => {};
      await world.send();

      await assertAllCame(world, receiver.lines());
    }
    assert.ok(commit > 4, `${commit}`);
  });
}
