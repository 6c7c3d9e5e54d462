import assert from "node:assert/strict";
import { waitingIn } from "../../core/definitions/definition_change.ts";
import { pinKey } from "../../core/definitions/pin.ts";
import { reviewAll } from "../../core/definitions/review_all.ts";
import { reviewDefinitions } from "../../core/definitions/review_definitions.ts";
import { allWaiting } from "../../core/definitions/view_definitions.ts";
import { AN_ADMIN, someServer, START, testCore } from "../_support/core.ts";

/** A trusted definition, and two that wait, whose ids begin alike: found by trying 2^24 texts. */
const PIN = {
  kind: "tool" as const,
  name: "query",
  approved: ["trusted"],
  waiting: ["6948aa949852", "eb5f3efe3226"].map((hash) => ({
    change: "changed" as const,
    hash,
    seenAt: START.toISOString(),
  })),
};

async function waitingCore() {
  const core = await testCore();
  const { id } = await someServer(core, "db");
  await core.pins.record(id, null, () =>
    Promise.resolve({
      pins: [PIN],
      definitions: PIN.waiting.map(({ hash }) => {
        return { pinKey: pinKey("tool", "query"), hash, bytes: new Uint8Array([123, 125]) };
      }),
      begun: ["tool"],
      events: [],
      outdatesLists: false,
    }));
  return { core, id, pins: () => core.pins.read(id) };
}

Deno.test("of two definitions whose ids begin alike, none is approved for the other", async () => {
  const { core, pins } = await waitingCore();
  using _store = core;
  const [one, other] = waitingIn(await pins());
  assert.equal(one.id, other.id);

  const approve = (ref: string) =>
    reviewDefinitions(core, AN_ADMIN, "db", { approve: [ref], dismiss: [] });
  await assert.rejects(approve(one.id), { code: "conflict" });
  const report = await approve(other.fullId);

  assert.deepEqual(report, { approved: ["query"], dismissed: [], waiting: 1 });
  const [pin] = [...(await pins()).byKey.values()];
  assert.equal(pin.approved.at(-1), other.change.hash);
});

Deno.test("reviewAll() decides on nothing that came after its mark was made", async () => {
  const { core, id, pins } = await waitingCore();
  using _store = core;
  const { mark } = allWaiting(await pins());
  const late = { ...PIN.waiting[0], hash: "late" };
  await core.pins.record(id, null, () =>
    Promise.resolve({
      pins: [{ ...PIN, waiting: [...PIN.waiting, late] }],
      definitions: [],
      begun: [],
      events: [],
      outdatesLists: true,
    }));

  const decide = (mark: string) => reviewAll(core, AN_ADMIN, "db", { decision: "approve", mark });
  await assert.rejects(decide(mark), { code: "conflict" });
  const report = await decide(allWaiting(await pins()).mark);

  assert.equal(report.approved.length, 3);
  assert.equal((await pins()).head.waiting, 0);
});
