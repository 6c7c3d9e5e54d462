import assert from "node:assert/strict";
import fc from "fast-check";
import type { ItemFacts } from "../../core/definitions/definition_hash.ts";
import {
  changesIn,
  isApproved,
  MAX_PINNED_NAME,
  MAX_PINS,
  MAX_VARIANTS,
  NO_PINS,
  type Pin,
  type PinChanges,
  pinKey,
  type Pins,
  withApproved,
  withDismissed,
} from "../../core/definitions/pin.ts";

const NOW = new Date("2026-11-22T09:30:00.000Z");
const LIMITS = { now: NOW, limit: 40, newsLimit: 4 };
const NOTHING: Pins = { head: NO_PINS, byKey: new Map() };

function facts(definitions: Record<string, string>): ReadonlyMap<string, ItemFacts> {
  const entries = Object.entries(definitions);
  return new Map(entries.map(([name, definition]) => [name, { isReadOnly: false, definition }]));
}

function listing(definitions: Record<string, string>, isWhole = true) {
  return { kind: "tool" as const, facts: facts(definitions), isWhole };
}

/** The pins after these changes, as the store has them. */
function after({ head, byKey }: Pins, { pins, begun }: PinChanges): Pins {
  const next = new Map([
    ...byKey,
    ...pins.map((pin) => [pinKey(pin.kind, pin.name), pin] as const),
  ]);
  const waiting = [...next.values()].reduce((sum, pin) => sum + pin.waiting.length, 0);
  const kinds = begun === null ? head.begun : [...head.begun, begun];
  return { head: { revision: head.revision + 1, begun: kinds, waiting, tools: null }, byKey: next };
}

/** The pins once a list has been compared to its end. */
function compared(pins: Pins, definitions: Record<string, string>, isWhole = true): Pins {
  let known = pins;
  for (;;) {
    const changes = changesIn(known, listing(definitions, isWhole), LIMITS);
    if (changes === null) return known;
    assert.ok(changes.pins.length <= LIMITS.limit && changes.news.length <= LIMITS.newsLimit);
    known = after(known, changes);
  }
}

function pinOf({ byKey }: Pins, name: string): Pin {
  return byKey.get(pinKey("tool", name)) ?? assert.fail(`no pin of ${name}`);
}

Deno.test("the first whole list is trusted, and a page of it is not", () => {
  const page = compared(NOTHING, { a: "1" }, false);
  const whole = compared(NOTHING, { a: "1", b: "2" });

  assert.equal(page.byKey.size, 0);
  assert.ok(isApproved(whole, "tool", "a", "1"));
  assert.ok(isApproved(whole, "tool", "b", "2"));
  assert.ok(!isApproved(whole, "prompt", "a", "1"));
  assert.deepEqual(whole.head.begun, ["tool"]);
});

Deno.test("an empty first list is trusted too: what comes after it waits", () => {
  const empty = compared(NOTHING, {});
  const grown = compared(empty, { a: "1" });

  assert.deepEqual(empty.head.begun, ["tool"]);
  assert.ok(!isApproved(grown, "tool", "a", "1"));
  assert.deepEqual(pinOf(grown, "a").waiting.map(({ change }) => change), ["added"]);
});

Deno.test("a first list of many tools is taken over piece by piece", () => {
  const many = Object.fromEntries(Array.from({ length: 130 }, (_, at) => [`t${at}`, "1"]));

  const pins = compared(NOTHING, many);

  assert.equal(
    [...pins.byKey.values()].filter(({ approved }) => approved.length === 1).length,
    130,
  );
  assert.equal(pins.head.waiting, 0);
});

Deno.test("each distinct definition waits once, up to five of a tool", () => {
  let pins = compared(NOTHING, { a: "1" });
  for (const definition of ["2", "1", "2", "3", "4", "5", "6", "7", "2"]) {
    pins = compared(pins, { a: definition });
  }

  assert.deepEqual(pinOf(pins, "a").waiting.map(({ hash }) => hash), ["2", "3", "4", "5", "6"]);
  assert.equal(pins.head.waiting, MAX_VARIANTS);
  assert.ok(isApproved(pins, "tool", "a", "1"));
});

Deno.test("what is approved is trusted beside what was, and what is dismissed waits again", () => {
  const pin = pinOf(compared(compared(NOTHING, { a: "1" }), { a: "2" }), "a");

  const approved = withApproved(pin, "2");
  const dismissed = withDismissed(pin, "2");

  assert.deepEqual([approved.approved, approved.waiting], [["1", "2"], []]);
  assert.deepEqual([dismissed.approved, dismissed.waiting], [["1"], []]);
});

Deno.test("names that are too long, and more than fit, are never trusted", () => {
  const long = "a".repeat(MAX_PINNED_NAME + 1);
  const many = Object.fromEntries(Array.from({ length: MAX_PINS + 5 }, (_, at) => [`t${at}`, "1"]));

  const pins = compared(NOTHING, { [long]: "1" });
  const changes = changesIn(NOTHING, listing(many), { ...LIMITS, limit: 2 * MAX_PINS });

  assert.ok(!isApproved(pins, "tool", long, "1"));
  assert.equal(changes?.pins.length, MAX_PINS);
});

Deno.test("nothing is ever trusted after the first list that no admin approved", () => {
  const names = fc.constantFrom("a", "b", "c");
  const list = fc.dictionary(names, fc.constantFrom<string>("1", "2", "3"), { maxKeys: 3 });
  const lists = fc.array(list, { minLength: 1, maxLength: 8 });

  fc.assert(fc.property(lists, ([first, ...later]) => {
    let pins = compared(NOTHING, first);
    for (const next of later) pins = compared(pins, next);

    for (const { name, approved, waiting } of pins.byKey.values()) {
      assert.deepEqual(approved, Object.hasOwn(first, name) ? [first[name]] : []);
      const hashes = waiting.map(({ hash }) => hash);
      assert.equal(new Set(hashes).size, hashes.length);
      for (const hash of hashes) assert.ok(!approved.includes(hash));
      for (const seen of later) {
        if (seen[name] !== undefined) assert.ok([...approved, ...hashes].includes(seen[name]));
      }
    }
  }));
});
