import assert from "node:assert/strict";
import fc from "fast-check";
import { mergeToolLists, type ServerTools } from "../../core/mcp/tool_list.ts";

function list(slug: string, names: readonly string[], ttlMs = 5_000): ServerTools {
  return { slug, list: { tools: names.map((name) => ({ name })), ttlMs } };
}

function namesIn(parts: readonly ServerTools[]): unknown[] {
  const { tools } = mergeToolLists(parts);
  return (tools as { name: string }[]).map(({ name }) => name);
}

Deno.test("mergeToolLists() orders by server, then as each server does", () => {
  const parts = [list("b", ["z", "a"]), list("a", ["y", "x"]), list("a-2", ["m"])];

  const expected = ["a__y", "a__x", "a-2__m", "b__z", "b__a"];
  assert.deepEqual(namesIn(parts), expected);
  assert.deepEqual(namesIn(parts.toReversed()), expected);
});

Deno.test("mergeToolLists() changes names and nothing else, known or unknown", () => {
  const definition = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
  fc.assert(fc.property(definition, (fields) => {
    const tool = { ...fields, name: "t" };
    const before = JSON.stringify(tool);

    const merged = mergeToolLists([{ slug: "s", list: { tools: [tool], ttlMs: 1 } }]);

    assert.deepEqual(merged.tools, [{ ...tool, name: "s__t" }]);
    assert.equal(JSON.stringify(tool), before, "the server's own object is left as it was");
  }));
});

Deno.test("mergeToolLists() tells same-named tools of two servers apart", () => {
  assert.deepEqual(namesIn([list("a", ["echo"]), list("b", ["echo"])]), ["a__echo", "b__echo"]);
});

Deno.test("mergeToolLists() leaves out what has no name", () => {
  const tools = [{ name: "" }, {}, { name: 7 }, { name: "good" }];
  assert.deepEqual(namesIn([{ slug: "s", list: { tools, ttlMs: 1 } }]), ["s__good"]);
});

Deno.test("mergeToolLists() names the servers that failed, and keeps the others' tools", () => {
  const merged = mergeToolLists([
    { slug: "z", failure: 'Server "z" is down' },
    list("m", ["t"]),
    { slug: "a", failure: 'Server "a" is slow' },
  ]);

  assert.deepEqual(merged, {
    tools: [{ name: "m__t" }],
    ttlMs: 0,
    cacheScope: "private",
    _meta: {
      "dev.aerostack/unavailableServers": [
        { server: "a", error: 'Server "a" is slow' },
        { server: "z", error: 'Server "z" is down' },
      ],
    },
  });
});

Deno.test("mergeToolLists() may be kept as long as the shortest of its lists, and a minute at most", () => {
  const ttl = (...ttls: number[]) =>
    mergeToolLists(ttls.map((ttlMs, at) => list(`s${at}`, ["t"], ttlMs))).ttlMs;

  assert.equal(ttl(20_000, 3_000, 10_000), 3_000);
  assert.equal(ttl(3_600_000), 60_000);
  assert.equal(ttl(0, 5_000), 0);
  assert.equal(ttl(), 60_000);
  assert.ok(!("_meta" in mergeToolLists([list("a", [])])));
});
