import assert from "node:assert/strict";
import { commitWithRetry } from "../../core/kv/commit.ts";
import { memoryStore } from "../_support/store.ts";

Deno.test("commitWithRetry() lets every racing writer have its turn", async () => {
  using store = await memoryStore();
  const { kv } = store;
  const key = ["count"];

  await Promise.all(Array.from({ length: 10 }, () =>
    commitWithRetry("count", async () => {
      const entry = await kv.get<number>(key);
      const atomic = kv.atomic().check(entry).set(key, (entry.value ?? 0) + 1);
      return { atomic, result: undefined };
    })));

  assert.equal((await kv.get(key)).value, 10);
});

Deno.test("commitWithRetry() gives up with a conflict that says what was being done", async () => {
  using store = await memoryStore();
  const { kv } = store;
  await kv.set(["taken"], 1);

  const never = commitWithRetry("take it", () => {
    const atomic = kv.atomic().check({ key: ["taken"], versionstamp: null }).set(["taken"], 2);
    return Promise.resolve({ atomic, result: undefined });
  });

  await assert.rejects(never, { code: "conflict", message: /Cannot take it/ });
});

Deno.test("commitWithRetry() takes a locked database for a lost race, and nothing else", async () => {
  let commits = 0;
  const locked = { commit: () => commits++ === 0 ? fail("database is locked") : ok() };
  const broken = { commit: () => fail("disk is full") };

  const attempt = (atomic: object) =>
    commitWithRetry("write", () => Promise.resolve({ atomic: atomic as never, result: "done" }));

  assert.equal(await attempt(locked), "done");
  await assert.rejects(attempt(broken), /disk is full/);
});

function fail(message: string): Promise<never> {
  return Promise.reject(new Error(message));
}

function ok(): Promise<{ ok: true }> {
  return Promise.resolve({ ok: true });
}
