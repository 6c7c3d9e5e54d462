import assert from "node:assert/strict";
import fc from "fast-check";
import { GatewayError } from "../../core/errors.ts";
import { type ListedItems, type ListPart, mergeLists } from "../../core/mcp/item_lists.ts";
import type { JsonObject } from "../../core/mcp/message.ts";

function list(slug: string, names: readonly string[], more: Partial<ListedItems> = {}): ListPart {
  const items = names.map((name) => ({ name }));
  return { slug, items, ttlMs: 5_000, cacheScope: "public", ...more };
}

function namesIn(merged: JsonObject): string[] {
  return (merged.tools as { name: string }[]).map(({ name }) => name);
}

function cursorOf(merged: JsonObject): string | null {
  return typeof merged.nextCursor === "string" ? merged.nextCursor : null;
}

function page(
  parts: readonly ListPart[],
  cursor: string | null = null,
  limits: { maxItems?: number; maxBytes?: number } = {},
): JsonObject {
  return mergeLists("tools", parts, { cursor, ...limits });
}

/** All pages, each asked for with the cursor of the one before. */
function allPages(parts: readonly ListPart[], limits: { maxItems?: number; maxBytes?: number }) {
  const pages: JsonObject[] = [page(parts, null, limits)];
  for (let cursor = cursorOf(pages[0]); cursor !== null; cursor = cursorOf(pages.at(-1) ?? {})) {
    pages.push(page(parts, cursor, limits));
    assert.ok(pages.length < 1_000, "pages come to an end");
  }
  return pages;
}

Deno.test("mergeLists() orders by server, then as each server does", () => {
  const parts = [list("b", ["z", "a"]), list("a", ["y", "x"]), list("a-2", ["m"])];

  assert.deepEqual(namesIn(page(parts)), ["y", "x", "m", "z", "a"]);
  assert.deepEqual(namesIn(page(parts.toReversed())), ["y", "x", "m", "z", "a"]);
});

Deno.test("mergeLists() keeps each entry as it is given, and leaves out what has no key", () => {
  const tool = { name: "t", unknown: { a: [1] } };
  const merged = page([list("s", [], { items: [{ name: "" }, {}, { name: 7 }, tool] })]);

  assert.deepEqual(merged.tools, [tool]);
  assert.strictEqual((merged.tools as unknown[])[0], tool);
});

Deno.test("mergeLists() lists by name, URI, template or id", () => {
  const keys = {
    prompts: "name",
    resources: "uri",
    resourceTemplates: "uriTemplate",
    tasks: "taskId",
  } as const;

  for (const [kind, key] of Object.entries(keys) as [keyof typeof keys, string][]) {
    const items = [{ [key]: "a" }, { other: "b" }, { [key]: "c" }];
    const part: ListPart = { slug: "s", items, ttlMs: 1, cacheScope: "public" };
    const first = mergeLists(kind, [part], { cursor: null, maxItems: 1 });
    const rest = mergeLists(kind, [part], { cursor: cursorOf(first) });

    assert.deepEqual(first[kind], [{ [key]: "a" }]);
    assert.deepEqual(rest[kind], [{ [key]: "c" }]);
  }
});

Deno.test("mergeLists() names the servers that failed, keeps the others' entries, and is not to be kept", () => {
  const merged = page([
    { slug: "z", failure: 'Server "z" is down' },
    list("m", ["t"]),
    { slug: "a", failure: 'Server "a" is slow' },
  ]);

  assert.deepEqual(merged, {
    tools: [{ name: "t" }],
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

Deno.test("mergeLists() may be kept as long as the shortest of its lists, and a minute at most", () => {
  const ttlOf = (...ttls: number[]) =>
    page(ttls.map((ttlMs, index) => list(`s${index}`, ["t"], { ttlMs }))).ttlMs;

  assert.equal(ttlOf(7_000, 3_000, 9_000), 3_000);
  assert.equal(ttlOf(0, 9_000), 0);
  assert.equal(ttlOf(3_600_000), 60_000);
  assert.equal(ttlOf(), 60_000);
});

Deno.test("mergeLists() may be shared only if it is the public list of one server", () => {
  const isPrivate = list("b", ["t"], { cacheScope: "private" });

  assert.equal(page([list("a", ["t"])]).cacheScope, "public");
  assert.equal(page([isPrivate]).cacheScope, "private");
  assert.equal(page([list("a", ["t"]), isPrivate]).cacheScope, "private");
  assert.equal(page([list("a", ["t"]), list("b", ["t"])]).cacheScope, "private");
  assert.equal(page([list("a", ["t"]), { slug: "b", failure: "f" }]).cacheScope, "private");
  assert.equal(page([]).cacheScope, "private");
});

Deno.test("mergeLists() gives every entry once, on pages of any size", () => {
  const names = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 12 });
  const servers = fc.array(names, { maxLength: 5 });
  fc.assert(fc.property(servers, fc.integer({ min: 1, max: 7 }), (servers, maxItems) => {
    const parts = servers.map((names, index) => list(`s${index}`, names));
    const pages = allPages(parts, { maxItems });

    assert.deepEqual(pages.flatMap(namesIn), servers.flat());
    assert.ok(pages.every((each) => namesIn(each).length <= maxItems));
    assert.ok(pages.slice(0, -1).every((each) => namesIn(each).length === maxItems));
  }));
});

Deno.test("mergeLists() ends a page before it has too many bytes, and lets one entry through", () => {
  const long = (name: string) => name + "ü".repeat(100);
  const parts = [list("a", [long("1"), long("2"), long("3")]), list("b", [long("4")])];

  const sizes = (maxBytes: number) => allPages(parts, { maxBytes }).map((p) => namesIn(p).length);

  assert.deepEqual(sizes(450), [2, 2]);
  assert.deepEqual(sizes(1), [1, 1, 1, 1]);
  assert.deepEqual(sizes(10_000), [4]);
});

Deno.test("mergeLists() has pages of a thousand entries and 4 MiB when nothing else is said", () => {
  const many = Array.from({ length: 1_001 }, (_, index) => `t${index}`);
  const heavy = ["a", "b", "c"].map((name) => name + "x".repeat(2 * 1024 * 1024));

  assert.equal(namesIn(page([list("s", many)])).length, 1_000);
  assert.equal(namesIn(page([list("s", heavy)])).length, 1);
});

Deno.test("mergeLists() goes on behind the last entry when the lists have changed meanwhile", () => {
  const cursor = cursorOf(page([list("b", ["1", "2", "3", "4"])], null, { maxItems: 2 }));
  const next = (...parts: ListPart[]) => namesIn(page(parts, cursor));

  assert.deepEqual(next(list("b", ["0", "1", "2", "3", "4"])), ["3", "4"], "one came before");
  assert.deepEqual(next(list("b", ["2", "3", "4"])), ["3", "4"], "one before is gone");
  assert.deepEqual(next(list("b", ["1", "3", "4"])), ["3", "4"], "the last one is gone");
  assert.deepEqual(next(list("a", ["x"]), list("b", ["2", "3"]), list("c", ["y"])), ["3", "y"]);
  assert.deepEqual(next(list("c", ["y"])), ["y"], "its server is gone");
  assert.deepEqual(next({ slug: "b", failure: "f" }, list("c", ["y"])), ["y"], "it has failed");
  assert.deepEqual(next(list("b", [])), []);
});

Deno.test("mergeLists() refuses a cursor that it has not given for this list", () => {
  const parts = [list("s", ["1", "2"])];
  const cursor = cursorOf(page(parts, null, { maxItems: 1 })) ?? "";
  const encoded = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: "base64url" });
  const strange = [
    "",
    "1",
    "{}",
    "*",
    `${cursor}A`,
    encoded(null),
    encoded({}),
    encoded(["tools", "s", "1"]),
    encoded(["tools", "s", "1", -1]),
    encoded(["tools", "s", "1", 1.5]),
    encoded(["tools", "s", 1, 0]),
    encoded(["tools", 1, "1", 0]),
    encoded(["tools", "s", "1", 0, 0]),
    encoded(["prompts", "s", "1", 0]),
  ];

  for (const other of strange) {
    assert.throws(() => page(parts, other), (error) => {
      assert.ok(error instanceof GatewayError);
      assert.equal(error.rpcCode, -32602);
      assert.equal(error.publicMessage, "Invalid params: unknown cursor");
      return true;
    }, other);
  }
  assert.throws(() => mergeLists("prompts", parts, { cursor }), GatewayError);
});
