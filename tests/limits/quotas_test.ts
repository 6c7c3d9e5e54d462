import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { openStore, type Store } from "../../core/kv/open_store.ts";
import { QuotaStore } from "../../core/limits/quota_store.ts";
import { Quotas } from "../../core/limits/quotas.ts";
import { startProcess } from "../_support/child_process.ts";
import { START } from "../_support/core.ts";
import { memoryStore } from "../_support/store.ts";
import { tempStore } from "../_support/temp_store.ts";

const SCOPE = "token/tok_test";

/** What processes on one store count with, and their one clock. */
function processesOn(kv: Deno.Kv, count: number) {
  const clock = { nowMs: START.getTime() };
  const now = () => new Date(clock.nowMs);
  const all = Array.from({ length: count }, () => new Quotas(new QuotaStore(kv), now));
  return { clock, all };
}

function close(store: Store): void {
  store.close();
}

async function letIn(quotas: Quotas, limit: number, tries: number): Promise<number> {
  let count = 0;
  for (let at = 0; at < tries; at++) if (await quotas.take(SCOPE, limit)) count++;
  return count;
}

Deno.test("Quotas.take() lets in as many in a minute as the limit says, and again in the next", async () => {
  using store = await memoryStore();
  const { clock, all: [quotas] } = processesOn(store.kv, 1);

  const first = await letIn(quotas, 7, 20);
  clock.nowMs += 30_000 - START.getTime() % 60_000 + 29_999;
  const lastMoment = await quotas.take(SCOPE, 7);
  clock.nowMs += 1;
  const second = await letIn(quotas, 7, 20);

  assert.deepEqual([first, lastMoment, second], [7, false, 7]);
});

Deno.test("Quotas never let in more than the limit, and less by a twentieth per other process at most", async () => {
  using file = await tempStore();
  using handles = new DisposableStack();
  const stores = [file.store];
  for (let at = 1; at < 4; at++) stores.push(handles.adopt(await openStore(file.path), close));
  let runs = 0;

  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 90 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 12 }),
      async (limit, count, order, atOnce) => {
        const scope = `run/${runs++}`;
        const all = stores.map(({ kv }) => new Quotas(new QuotaStore(kv), () => START));
        let counted = 0;
        const one = async (which: number) => {
          if (await all[which % count].take(scope, limit)) counted++;
        };

        // As many at once as the case says, in the order that it says.
        for (let at = 0; at < order.length; at += atOnce) {
          await Promise.all(order.slice(at, at + atOnce).map(one));
        }
        const first = counted;
        for (let at = 0; at < limit; at++) await one(0);

        const portion = Math.max(1, Math.floor(limit / 20));
        assert.ok(first <= limit && counted <= limit, `${counted} of ${limit}`);
        assert.ok(
          counted >= limit - (count - 1) * portion,
          `${counted} of ${limit} at ${count} processes`,
        );
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("Quotas of processes on one file let in no more than the limit together", async () => {
  using file = await tempStore();
  const script = fileURLToPath(new URL("_children/count_requests.ts", import.meta.url));
  const [limit, tries] = [400, 300];
  const args = ["run", "-A", script, file.path, SCOPE, limit, tries, START.getTime()];
  const start = () => startProcess({ args: args.map(String), ready: /let in (\d+)/ });

  const children = await Promise.all([start(), start(), start()]);
  await Promise.all(children.map(({ exited }) => exited));
  const counts = children.map(({ ready }) => Number(ready[1]));

  const sum = counts.reduce((all, one) => all + one, 0);
  assert.ok(sum <= limit && sum >= limit - 2 * limit / 20, `${counts} of ${limit}`);
});

Deno.test("Quotas ask the store once for each portion, however many wait for it", async () => {
  using store = await memoryStore();
  const stored = new QuotaStore(store.kv);
  const asked: number[] = [];
  const quotas = new Quotas({
    take(scope, minute, wish) {
      asked.push(wish.wanted);
      return stored.take(scope, minute, wish);
    },
  }, () => START);

  await Promise.all(Array.from({ length: 70 }, () => quotas.take(SCOPE, 1_000)));
  for (let at = 0; at < 101; at++) await quotas.take(SCOPE, 1_000);

  assert.deepEqual(asked, [70, 50, 50, 50]);
});

Deno.test("Quotas: a limit that is lowered holds for the next request, and one that is raised too", async () => {
  using store = await memoryStore();
  const { all: [one, other] } = processesOn(store.kv, 2);

  await letIn(one, 100, 10);
  await letIn(other, 100, 1);
  const lowered = [await letIn(one, 10, 5), await letIn(other, 10, 5)];
  const raised = await letIn(one, 40, 40);

  assert.deepEqual(lowered, [0, 0]);
  assert.ok(raised > 0 && raised <= 40 - 11, String(raised));
});

Deno.test("Quotas: requests let in before and after a change of the limit do not wait for each other for ever", async () => {
  for (const handedOut of [0, 3, 100]) {
    for (const limits of [[10, 5], [5, 10], [10, 5, 10, 5]]) {
      let left = handedOut;
      let asked = 0;
      const quotas = new Quotas({
        async take(_scope, _minute, { wanted }) {
          assert.ok(++asked < 50, `asked again and again for ${limits}, with ${handedOut} to give`);
          await Promise.resolve();
          const given = Math.min(left, wanted);
          left -= given;
          return given;
        },
      }, () => START);

      const letIn = await Promise.all(limits.map((limit) => quotas.take(SCOPE, limit)));
      assert.ok(letIn.filter(Boolean).length <= handedOut);
    }
  }
});

Deno.test("Quotas.giveBack() lets in another one for what another limit refused", async () => {
  using store = await memoryStore();
  const { all: [quotas] } = processesOn(store.kv, 1);

  await letIn(quotas, 3, 3);
  const full = await quotas.take(SCOPE, 3);
  quotas.giveBack(SCOPE, 3);

  assert.deepEqual([full, await quotas.take(SCOPE, 3), await quotas.take(SCOPE, 3)], [
    false,
    true,
    false,
  ]);
});

Deno.test("Quotas: a portion of the last minute is not used in this one", async () => {
  using store = await memoryStore();
  const { clock, all: [one, other] } = processesOn(store.kv, 2);

  await letIn(one, 100, 1);
  clock.nowMs += 60_000;
  const counts = await Promise.all([letIn(one, 100, 200), letIn(other, 100, 200)]);

  assert.ok(counts[0] + counts[1] <= 100, String(counts));
});

Deno.test("Quotas.secondsLeft says when the next minute begins, and never 0", async () => {
  using store = await memoryStore();
  const { clock, all: [quotas] } = processesOn(store.kv, 1);
  const minuteStart = START.getTime() - START.getTime() % 60_000;
  const at = (delayMs: number) => {
    clock.nowMs = minuteStart + delayMs;
    return quotas.secondsLeft;
  };

  assert.deepEqual([at(0), at(1), at(30_000), at(59_000), at(59_999)], [60, 60, 30, 1, 1]);
});

Deno.test("Quotas: a store that fails refuses nobody for the limit, and fails the request", async () => {
  const store = await memoryStore();
  const { all: [quotas] } = processesOn(store.kv, 1);
  store.close();

  await assert.rejects(quotas.take(SCOPE, 5));
  await assert.rejects(quotas.take(SCOPE, 5));
});
