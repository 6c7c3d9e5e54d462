import assert from "node:assert/strict";
import type { Call } from "../../core/calls/call.ts";
import { CallHistory } from "../../core/calls/call_history.ts";
import { CallLog } from "../../core/calls/call_log.ts";
import { type CallFilter, callMatcher, jsonMatcher } from "../../core/calls/call_filter.ts";
import { searchCalls } from "../../core/calls/search_calls.ts";
import { exposedName } from "../../core/mcp/tool_names.ts";
import type { Workspace } from "../../core/workspaces/workspace.ts";
import { someWorkspace, testCore } from "../_support/core.ts";
import { SeededRandom } from "../_support/seeded_random.ts";
import { someCall } from "./_support.ts";

const NOW = new Date("2026-11-22T12:00:00.000Z");
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

/** Logs of a few workspaces, and what is found in them. */
async function logsOf(count: number, elapsedMs = () => 0) {
  const core = await testCore();
  const log = new CallLog(core.kv);
  const workspaces: Workspace[] = [];
  for (let at = 0; at < count; at++) workspaces.push(await someWorkspace(core, `team-${at}`));
  const deps = { callHistory: new CallHistory(core.kv), now: () => NOW, elapsedMs };

  return {
    workspaces,
    record: (at: number, ...calls: Partial<Call>[]) =>
      Promise.all(calls.map((call) => log.record(workspaces[at], someCall(call)))),
    page: (filter: CallFilter = {}, cursor: string | null = null, limit = 10, of = workspaces) =>
      searchCalls(deps, { workspaces: of, filter, cursor, limit }),
    /** The tools of all pages. */
    async all(filter: CallFilter = {}, limit = 10): Promise<string[]> {
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await this.page(filter, cursor, limit);
        assert.ok(page.items.length <= limit);
        found.push(...page.items.map(({ workspace, tool }) => `${workspace} ${tool}`));
        cursor = page.nextCursor;
      } while (cursor !== null);
      return found;
    },
    [Symbol.dispose]: () => core[Symbol.dispose](),
  };
}

Deno.test("searchCalls() gives the calls of all logs once, the last on the record first", async () => {
  using logs = await logsOf(7);
  const random = new SeededRandom(3);
  const recorded: string[] = [];
  for (let number = 0; number < 120; number++) {
    const at = random.whole(0, 5);
    const calls = Array.from({ length: random.whole(1, 3) }, (_, part) => `${number}.${part}`);
    await logs.record(at, ...calls.map((tool) => ({ tool })));
    recorded.unshift(...calls.map((tool) => `team-${at} ${tool}`).reverse());
  }

  for (const limit of [1, 7, 25, 1_000]) assert.deepEqual(await logs.all({}, limit), recorded);
});

Deno.test("searchCalls() keeps workspaces apart that were committed together", async () => {
  using logs = await logsOf(5);
  for (let round = 0; round < 4; round++) {
    await Promise.all([0, 1, 2, 3, 4].map((at) => {
      return logs.record(at, { tool: `${round}.a` }, { tool: `${round}.b` });
    }));
  }

  for (const limit of [1, 3, 4]) {
    const found = await logs.all({}, limit);
    assert.equal(found.length, 40);
    assert.equal(new Set(found).size, 40);
    assert.deepEqual(
      found.map((text) => text.split(" ")[1][0]).join(""),
      "3210".replaceAll(/./g, (d) => d.repeat(10)),
    );
  }
});

Deno.test("searchCalls() goes on where it was, though calls came meanwhile", async () => {
  using logs = await logsOf(2);
  await logs.record(0, { tool: "old" });
  await logs.record(1, { tool: "middle" });
  await logs.record(0, { tool: "late" });
  const first = await logs.page({}, null, 2);

  await logs.record(1, { tool: "later" });
  await logs.record(0, { tool: "latest" });
  const second = await logs.page({}, first.nextCursor, 2);

  assert.deepEqual(first.items.map(({ tool }) => tool), ["late", "middle"]);
  assert.deepEqual(second.items.map(({ tool }) => tool), ["old"]);
  assert.equal(second.nextCursor, null);
});

Deno.test("searchCalls() finds by each filter what callMatcher() lets through", async () => {
  using logs = await logsOf(3);
  for (let at = 0; at < 60; at++) {
    await logs.record(at % 3, {
      at: ago(60 - at).toISOString(),
      tool: at % 4 === 0 ? "Search Files" : `get__user_${at}`,
      server: at % 2 === 0 ? "files" : null,
      person: at % 5 === 0 ? "Zoë “Z” Öztürk" : "Bob Lee",
      email: at % 5 === 0 ? null : "Bob@example.com",
      outcome: at % 7 === 0 ? "refused" : "ok",
      reason: at % 7 === 0 ? "rate_limited" : null,
    });
  }
  const found = (filter: CallFilter) => logs.all(filter).then(({ length }) => length);

  assert.equal(await found({ outcome: "refused" }), 9);
  assert.equal(await found({ server: "files" }), 30);
  assert.equal(await found({ tool: "files__Search Files" }), 15);
  assert.equal(await found({ tool: "get__user_7" }), 1);
  assert.equal(await found({ member: "bob@EXAMPLE.com" }), 48);
  assert.equal(await found({ member: "zoë “z” öztürk" }), 12);
  assert.equal(await found({ text: "ÖZTÜRK search" }), 3);
  assert.equal(await found({ text: "files__search" }), 15);
  assert.equal(await found({ text: "rate_limited" }), 9);
  assert.equal(await found({ text: "nobody" }), 0);
  assert.equal(await found({ from: ago(30), to: ago(10) }), 20);
});

Deno.test("searchCalls() shows nothing that is older than its workspace keeps", async () => {
  using logs = await logsOf(2);
  const long = { ...logs.workspaces[0], retentionDays: 60 };
  const short = { ...logs.workspaces[1], retentionDays: 30 };
  for (const at of [0, 1]) {
    await logs.record(at, { tool: "old", at: ago(40 * 24 * 60).toISOString() });
  }

  const { items } = await logs.page({}, null, 10, [long, short]);

  assert.deepEqual(items.map(({ workspace }) => workspace), ["team-0"]);
});

Deno.test("searchCalls() looks through a bounded part of long logs, and says how far", async () => {
  using logs = await logsOf(2);
  for (let at = 0; at < 80; at++) {
    const many = Array.from(
      { length: 100 },
      () => ({ tool: "x".repeat(200), person: "y".repeat(100) }),
    );
    await logs.record(at % 2, ...at === 0 ? [{ tool: "needle" }, ...many] : many);
  }

  let pages = 0;
  let cursor: string | null = null;
  for (;;) {
    const page = await logs.page({ text: "needle" }, cursor);
    pages++;
    if (page.nextCursor === null) {
      assert.equal(page.items.length, 1);
      break;
    }
    assert.deepEqual(page.items, []);
    assert.match(page.lookedBackTo ?? "", /^2026-11-22T/);
    cursor = page.nextCursor;
  }
  assert.ok(pages > 1);
});

Deno.test("searchCalls() looks for a moment, but never through nothing", async () => {
  let clockMs = 0;
  using logs = await logsOf(1, () => clockMs += 26);
  for (let at = 0; at < 150; at++) await logs.record(0, { tool: at === 0 ? "needle" : "hay" });

  const first = await logs.page({ text: "needle" });
  const second = await logs.page({ text: "needle" }, first.nextCursor);

  assert.deepEqual([first.items.length, first.lookedBackTo === null], [0, false]);
  assert.deepEqual(second.items.map(({ tool }) => tool), ["needle"]);
  assert.equal(second.nextCursor, null);
  assert.equal((await logs.page()).items.length, 10, "what is found at once is not waited for");
});

Deno.test("searchCalls() tells calls apart whose texts look like the seam between two", async () => {
  using logs = await logsOf(1);
  const seams = ['},{"at":"', ',{"at":"', '{"at":"x"}', "},{", '"', "\\"];
  const calls = seams.flatMap((seam) => [
    { tool: seam, outcome: "refused" as const },
    { tool: "other", person: seam, server: `x${seam}` },
  ]);
  await logs.record(0, ...calls);

  const rare = await logs.all({ outcome: "refused" });

  assert.deepEqual(rare, seams.toReversed().map((seam) => `team-0 ${seam}`));
  assert.deepEqual(await logs.all(), calls.toReversed().map(({ tool }) => `team-0 ${tool}`));
  for (const server of seams.map((seam) => `x${seam}`)) {
    assert.deepEqual(await logs.all({ server }), ["team-0 other"]);
  }
});

Deno.test("searchCalls() refuses a cursor that no list gave", async () => {
  using logs = await logsOf(1);
  for (const cursor of ["x", "0.ws_1", "00000000000000010000-0", "00000000000000010000-0.ws_x"]) {
    await assert.rejects(logs.page({}, cursor), { code: "invalid_input", field: "cursor" });
  }
});

Deno.test("callMatcher() knows a tool by the name that editors show, also where that is shortened", () => {
  for (const tool of ["search", "files.read", "räum_auf", `get_${"very_".repeat(12)}long_name`]) {
    const call = someCall({ server: "internal-api", tool });
    const [shown, others] = ["internal-api", "internal"].map((slug) => exposedName(slug, tool));

    assert.ok(callMatcher({ tool: shown })(call), shown);
    assert.ok(!callMatcher({ tool: others })(call), others);
    assert.ok(!callMatcher({ tool: shown })({ ...call, tool: `${tool}2` }), shown);
    assert.ok(!callMatcher({ tool: shown })({ ...call, server: null }), shown);
  }
});

Deno.test("jsonMatcher() lets every pack through in which a call is wanted", () => {
  const random = new SeededRandom(9);
  const names = [
    "a",
    'say "hi"',
    "İstanbul",
    "ß",
    "back\\slash",
    "tab\there",
    "x__y z",
    "ＦＵＬＬ",
    "x__get_calendar",
  ];
  for (let round = 0; round < 2_000; round++) {
    const call = someCall({
      tool: random.pick(names),
      server: random.pick(names),
      person: random.pick(names),
      email: random.pick([null, "A@b.example"]),
    });
    const filter: CallFilter = {
      ...random.pick([{}, { tool: call.tool }, { tool: `${call.server}__${call.tool}` }, {
        tool: exposedName(call.server ?? "", call.tool),
      }]),
      ...random.pick([{}, { server: call.server ?? "" }]),
      ...random.pick([{}, { member: call.person.toUpperCase() }, { member: call.tokenId }]),
      ...random.pick([{}, { text: `${call.person} ${call.tool}` }, { text: "OK" }]),
      ...random.pick([{}, { outcome: "ok" as const }]),
    };
    const json = JSON.stringify([someCall({ tool: "other" }), call]);

    if (callMatcher(filter)(call)) {
      assert.ok(jsonMatcher(filter)(json), JSON.stringify({ call, filter }));
    }
  }
});
