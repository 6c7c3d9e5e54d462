import assert from "node:assert/strict";
import { newServerId } from "../../core/ids.ts";
import type { Connector } from "../../core/upstream/connector.ts";
import { ListCache } from "../../core/upstream/list_cache.ts";
import { NameIndex } from "../../core/upstream/name_index.ts";
import type { Target } from "../../core/upstream/upstream.ts";
import { NO_COMPARING } from "../_support/no_pins.ts";

const TARGET = { id: newServerId(), slug: "db", fingerprint: "f" } as Target;

/** What is remembered of lists that nobody has to read. */
function listCache() {
  let nowMs = Date.now();
  const lists = new ListCache({
    connector: {} as Connector,
    versions: { read: () => Promise.resolve(0n) },
    comparing: NO_COMPARING,
    now: () => new Date(nowMs),
  });
  return { lists, advance: (delayMs: number) => void (nowMs += delayMs) };
}

Deno.test("rules go by a list for five minutes, until its server says that it changed", () => {
  const { lists, advance } = listCache();
  const { names } = lists;
  const remember = () => names.remember(TARGET, "tools", [{ name: "a" }], 3);

  remember();
  assert.ok(names.isCurrent(TARGET, "tools", null));
  lists.forget(TARGET.id, "prompts");
  assert.ok(names.isCurrent(TARGET, "tools", null));
  lists.forget(TARGET.id, "tools");
  assert.ok(!names.isCurrent(TARGET, "tools", null));
  remember();
  advance(5 * 60_000);
  assert.ok(!names.isCurrent(TARGET, "tools", null));
});

Deno.test("rules go by no list that was compared with older pins", () => {
  const { lists: { names } } = listCache();
  names.remember(TARGET, "tools", [{ name: "a" }], 3);

  assert.ok(names.isCurrent(TARGET, "tools", 3));
  assert.ok(!names.isCurrent(TARGET, "tools", 4));
  assert.ok(names.isOlderThan(TARGET, "tools", 4));
  assert.ok(!names.isCurrent(TARGET, "prompts", 0));
});

Deno.test("callers who vary the headers that a server gets push the oldest lists out, and no more", () => {
  const names = new NameIndex(() => new Date(), { maxNames: 3 });
  const by = (tenant: string): Target => ({ ...TARGET, forwarded: [["x-tenant", tenant]] });
  const items = [{ name: "a" }, { name: "b" }];
  const known = () => ["1", "2", "3"].filter((one) => names.isCurrent(by(one), "tools", null));

  names.remember(by("1"), "tools", items.slice(1), 0);
  names.remember(by("2"), "tools", items, 0);
  assert.deepEqual(known(), ["1", "2"]);
  names.remember(by("1"), "tools", items.slice(1), 0);
  names.remember(by("3"), "tools", items, 0);
  assert.deepEqual(known(), ["1", "3"]);
  names.remember(by("3"), "tools", [...items, { name: "c" }, { name: "d" }], 0);
  assert.deepEqual(known(), ["3"]);
});
