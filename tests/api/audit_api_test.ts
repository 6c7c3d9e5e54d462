import assert from "node:assert/strict";
import { keys } from "../../core/kv/keys.ts";
import { adminApi } from "../_support/admin_api.ts";

Deno.test("GET /audit lists entries newest first, in pages, and by what is asked for", async () => {
  await using api = await adminApi();
  for (const slug of ["a", "b", "c"]) await api.send("POST", "/workspaces", { slug });
  await api.send("POST", "/workspaces/b/tokens", { name: "Alice Chen" });

  const first = (await api.send("GET", "/audit?limit=3")).body;
  const second = (await api.send("GET", `/audit?limit=3&cursor=${first.nextCursor}`)).body;
  const ofB = (await api.send("GET", "/audit?subject=b&action=token")).body;

  const seqs = ({ items }: { items: { seq: number }[] }) => items.map(({ seq }) => seq);
  assert.deepEqual([seqs(first), seqs(second), seqs(ofB)], [[4, 3, 2], [1], [4]]);
  assert.equal(second.nextCursor, null);
  assert.deepEqual(Object.keys(ofB.items[0]).sort(), [
    "action",
    "actor",
    "at",
    "changes",
    "hash",
    "previousHash",
    "seq",
    "subject",
  ]);
  assert.equal(ofB.items[0].previousHash, first.items[1].hash);
});

Deno.test("GET /audit refuses a cursor and a filter that make no sense", async () => {
  await using api = await adminApi();

  for (
    const [query, field] of [["cursor=x", "cursor"], ["cursor=0", "cursor"], ["actor=", "actor"]]
  ) {
    const { status, body } = await api.send("GET", `/audit?${query}`);
    assert.equal(status, 400, query);
    assert.equal(body.error.field, field);
  }
});

Deno.test("GET /audit/verify says whether the log is whole, and compares an expected entry", async () => {
  await using api = await adminApi();
  for (const slug of ["a", "b", "c"]) await api.send("POST", "/workspaces", { slug });

  const whole = (await api.send("GET", "/audit/verify")).body;
  const { seq, hash } = whole.last;
  const expected = (await api.send("GET", `/audit/verify?expect=${seq}:${hash}`)).body;
  const other = (await api.send("GET", `/audit/verify?expect=2:${hash}`)).body;
  const nonsense = await api.send("GET", "/audit/verify?expect=3");
  await api.core.kv.delete(keys.auditEntry(2));
  const broken = (await api.send("GET", "/audit/verify")).body;

  assert.deepEqual([whole.ok, whole.count, whole.problem, seq], [true, 3, null, 3]);
  assert.equal(expected.ok, true);
  assert.deepEqual([other.ok, other.problem.seq], [false, 2]);
  assert.deepEqual([nonsense.status, nonsense.body.error.field], [400, "expect"]);
  assert.deepEqual([broken.ok, broken.problem.seq], [false, 2]);
  assert.match(broken.problem.message, /entry 2 is missing/);
});
