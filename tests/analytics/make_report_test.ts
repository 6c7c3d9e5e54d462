import assert from "node:assert/strict";
import { makeReport } from "../../core/analytics/make_report.ts";
import { createFold } from "../../core/analytics/report_fold.ts";
import { OTHER_PEOPLE, OTHER_SERVERS, OTHER_TOOLS } from "../../core/analytics/report.ts";
import type { ReportQuestion } from "../../core/analytics/report.ts";
import { tallyOf } from "../../core/analytics/tally.ts";
import type { TallyQuery, TallySource } from "../../core/analytics/tally_source.ts";
import type { Call } from "../../core/calls/call.ts";
import { newServerId, newTokenId } from "../../core/ids.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { removeServer } from "../../core/servers/remove_server.ts";
import { updateServer } from "../../core/servers/update_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { AN_ADMIN, someServer } from "../_support/core.ts";
import { someCall } from "../calls/_support.ts";
import { reportWorld } from "./_report_world.ts";
import { hourOf } from "./_log_tallies.ts";

/** 9:30 of the day on which tests begin. */
const NOW = "2026-11-22T09:30:00.000Z";

Deno.test("a report by day has a row for every day, the empty ones too, and none is partial but today", async () => {
  using world = await reportWorld();
  await world.record([{ at: "2026-11-20T23:59:59.999Z" }, { at: "2026-11-21T00:00:00.000Z" }]);

  const { items, from, to } = await world.report({ by: "day" });

  assert.deepEqual([from, to], ["2026-11-16T00:00:00.000Z", "2026-11-22T09:30:00.001Z"]);
  assert.deepEqual(items.map(({ day, calls }) => [day, calls]), [
    ["2026-11-16", 0],
    ["2026-11-17", 0],
    ["2026-11-18", 0],
    ["2026-11-19", 0],
    ["2026-11-20", 1],
    ["2026-11-21", 1],
    ["2026-11-22", 0],
  ]);
  assert.deepEqual([items[0].start, items[0].end], [from, "2026-11-17T00:00:00.000Z"]);
  assert.deepEqual([items[6].start, items[6].end], ["2026-11-22T00:00:00.000Z", to]);
});

Deno.test("a report by day counts 23 and 25 hours where the clocks were changed", async () => {
  const changes = [
    ["Europe/Berlin", "2026-10-25", 25],
    ["America/New_York", "2026-11-01", 25],
    ["Europe/Berlin", "2027-03-28", 23],
    ["America/New_York", "2027-03-14", 23],
  ] as const;

  for (const [timeZone, day, hours] of changes) {
    const noon = Date.parse(`${day}T12:00:00Z`);
    using world = await reportWorld({ now: new Date(noon + 3 * 86_400_000) });
    const calls = Array.from({ length: 96 }, (_, hour) => (
      { at: new Date(noon - 48 * 3_600_000 + hour * 3_600_000).toISOString() }
    ));
    await world.record(calls);

    const question = { timeZone, from: day, to: day };
    const byDay = await world.report({ ...question, by: "day" });
    const byHour = await world.report({ ...question, by: "hour" });

    assert.deepEqual(byDay.items.map((row) => [row.day, row.calls]), [[day, hours]]);
    assert.deepEqual(byHour.items.map((row) => row.calls), Array(hours).fill(1), timeZone);
    assert.equal(new Set(byHour.items.map((row) => row.hour)).size, hours);
  }
});

Deno.test("a report follows a clock of half hours, by hour and by day", async () => {
  using world = await reportWorld();
  await world.record([
    { at: "2026-11-21T18:29:59.999Z" },
    { at: "2026-11-21T18:30:00.000Z" },
    { at: "2026-11-22T08:59:59.999Z" },
    { at: "2026-11-22T09:00:00.000Z" },
  ]);

  const timeZone = "Asia/Kolkata";
  const byHour = await world.report({ timeZone, period: "1h", by: "hour" });
  const byDay = await world.report({ timeZone, period: "2d", by: "day" });

  assert.deepEqual(byHour.items.map(({ hour, calls }) => [hour, calls]), [
    ["2026-11-22T13:30+05:30", 1],
    ["2026-11-22T14:30+05:30", 1],
  ]);
  assert.deepEqual(byDay.items.map(({ day, start, calls }) => [day, start, calls]), [
    ["2026-11-21", "2026-11-20T18:30:00.000Z", 1],
    ["2026-11-22", "2026-11-21T18:30:00.000Z", 3],
  ]);
});

Deno.test("a report counts from its first moment up to, and without, its last", async () => {
  using world = await reportWorld();
  const from = "2026-11-20T10:10:10.010Z";
  const to = "2026-11-20T11:11:11.011Z";
  await world.record([
    { tool: "early", at: "2026-11-20T10:10:10.009Z" },
    { tool: "first", at: from },
    { tool: "last", at: "2026-11-20T11:11:11.010Z" },
    { tool: "late", at: to },
  ]);

  for (const by of [undefined, "tool", "hour", "day"] as const) {
    const report = await world.report({ from, to, by });
    assert.equal(report.total.calls, 2, by);
    assert.deepEqual([report.from, report.to], [from, to]);
  }
});

Deno.test("a report has a call of this very moment", async () => {
  using world = await reportWorld();
  await world.record([{ at: NOW }]);

  assert.equal((await world.report()).total.calls, 1);
});

Deno.test("what a clock ahead of ours recorded is counted when its time has come", async () => {
  using world = await reportWorld();
  await world.record([{ at: "2026-11-22T09:34:00.000Z" }]);

  const early = await world.report({ by: "hour", period: "1h" });
  world.core.advance(5 * 60_000);
  const later = await world.report({ by: "hour", period: "1h" });

  assert.deepEqual([early.total.calls, later.total.calls], [0, 1]);
});

Deno.test("a report by user makes one row of a person's tokens, called by the last name", async () => {
  using world = await reportWorld();
  const [first, second, third] = [newTokenId(), newTokenId(), newTokenId()];
  await world.record([
    {
      tokenId: first,
      person: "A. Chen",
      email: "alice@example.com",
      at: "2026-11-22T08:00:00.000Z",
    },
    { tokenId: second, person: "Alice Chen", email: "Alice@Example.com", at: NOW },
    { tokenId: third, person: "Alice Chen", email: null, at: "2026-11-22T07:00:00.000Z" },
  ]);

  const { items } = await world.report({ by: "user" });

  assert.deepEqual(
    items.map(({ user, email, tokenId, tokens, calls }) => [user, email, tokenId, tokens, calls]),
    [
      ["Alice Chen", "Alice@Example.com", null, 2, 2],
      ["Alice Chen", null, third, 1, 1],
    ],
  );
});

Deno.test("a removed server, its follower under the same slug and a new name are told apart", async () => {
  using world = await reportWorld();
  const old = await someServer(world.core, "reports");
  await world.record([{ serverId: old.id, server: "reports", at: "2026-11-21T08:00:00.000Z" }]);
  await removeServer(world.core, AN_ADMIN, "reports", { force: true });
  const removed = await world.report({ by: "server", server: "reports" });

  const url = "https://mcp.example.com/sse";
  const next = await registerServer(world.core, AN_ADMIN, { slug: "reports", name: "Two", url });
  await updateServer(world.core, AN_ADMIN, "reports", { name: "Renamed" });
  const of = { serverId: next.id, server: "reports" };
  await world.record([{ ...of, at: "2026-11-22T08:00:00.000Z" }, { ...of, at: NOW }]);
  const both = await world.report({ by: "server", server: "reports" });
  const one = await world.report({ by: "server", server: old.id });

  const brief = ({ items }: typeof both) =>
    items.map(({ server, serverId, serverName, calls }) => [server, serverId, serverName, calls]);
  assert.deepEqual(brief(removed), [["reports", old.id, null, 1]]);
  assert.deepEqual(brief(both), [
    ["reports", next.id, "Renamed", 2],
    ["reports", old.id, null, 1],
  ]);
  assert.deepEqual(brief(one), [["reports", old.id, null, 1]]);
});

Deno.test("a revoked token's calls stay readable, and found by name, address and id", async () => {
  using world = await reportWorld();
  const { id } = await createToken(world.core, AN_ADMIN, "engineering", {
    name: "Alice Chen",
    email: "alice@example.com",
  });
  await world.record([{ tokenId: id, person: "Alice Chen", email: "alice@example.com", at: NOW }]);
  await revokeToken(world.core, AN_ADMIN, "engineering", id);

  for (const member of ["alice chen", "ALICE@example.com", id]) {
    const { items } = await world.report({ member, by: "user" });
    assert.deepEqual(items.map(({ user, calls }) => [user, calls]), [["Alice Chen", 1]]);
  }
});

Deno.test("no calls of something known is an empty report; something unknown is not found", async () => {
  using world = await reportWorld();
  await someServer(world.core, "idle");
  await createToken(world.core, AN_ADMIN, "engineering", { name: "Idle Ida" });
  await world.record([{
    person: "Bob",
    server: "gone",
    tool: "old",
    at: "2026-10-01T00:00:00.000Z",
  }]);

  for (
    const known of [
      {},
      { server: "idle" },
      { server: "gone" },
      { member: "idle ida" },
      { member: "Bob" },
      { tool: "old" },
      { tool: "gone__old" },
    ]
  ) {
    const { total, items } = await world.report(known);
    assert.deepEqual([total.calls, total.p50Ms, total.lastUsed, items], [0, null, null, []]);
  }
  const unknown: [ReportQuestion, RegExp][] = [
    [{ server: "nope" }, /no server "nope"/],
    [{ member: "nobody@example.com" }, /No member of "engineering".*"nobody@example\.com"/],
    [{ tool: "nope" }, /a tool "nope"/],
    [{ server: "idle", tool: "nope" }, /a tool "nope"/],
  ];
  for (const [question, message] of unknown) {
    await assert.rejects(world.report(question), { code: "not_found", message });
  }
  await assert.rejects(
    makeReport({ ...world.core, tallies: NOTHING }, "nope", {}, { limit: 1, cursor: null }),
    { code: "not_found" },
  );
});

Deno.test("a report shows nothing that is older than the workspace keeps", async () => {
  using world = await reportWorld();
  await world.record([{ at: "2026-08-24T09:29:59.999Z" }, { at: "2026-08-24T09:30:00.000Z" }]);

  const { total, from } = await world.report({ from: "2026-08-24" });

  assert.deepEqual([total.calls, from], [1, "2026-08-24T09:30:00.000Z"]);
});

Deno.test("pages give every row once, in the order of the whole, while calls are made", async () => {
  using world = await reportWorld();
  const calls: Partial<Call>[] = [];
  for (let tool = 0; tool < 23; tool++) {
    for (let times = 0; times <= tool % 5; times++) {
      calls.push({
        tool: `tool ${tool}`,
        serverId: null,
        server: null,
        at: "2026-11-22T08:00:00.000Z",
      });
    }
  }
  await world.record(calls);

  for (const by of ["tool", "day", "hour", undefined] as const) {
    const whole = await world.report({ by });
    const rows = [];
    let cursor: string | null = null;
    do {
      const page = await world.report({ by }, { limit: 4, cursor });
      assert.deepEqual([page.from, page.to, page.total], [whole.from, whole.to, whole.total]);
      rows.push(...page.items);
      cursor = page.nextCursor;
      // What comes later is no part of this report.
      world.core.advance(1_000);
      await world.record([{ tool: "later", at: world.core.now().toISOString() }]);
    } while (cursor !== null);
    assert.deepEqual(rows, whole.items, by);
  }
});

Deno.test("the most called come first, and of those the last used", async () => {
  using world = await reportWorld();
  const at = (minute: number) => `2026-11-22T08:0${minute}:00.000Z`;
  const of = { serverId: null, server: null };
  await world.record([
    { ...of, tool: "twice", at: at(0) },
    { ...of, tool: "twice", at: at(1) },
    { ...of, tool: "a, early", at: at(2) },
    { ...of, tool: "b, late", at: at(3) },
    { ...of, tool: "c, early", at: at(2) },
  ]);

  const { items } = await world.report({ by: "tool" });

  assert.deepEqual(items.map(({ tool }) => tool), ["twice", "b, late", "a, early", "c, early"]);
});

Deno.test("a cursor is of its question; others are refused", async () => {
  using world = await reportWorld();
  await world.record([{ tool: "a", at: NOW }, { tool: "b", at: NOW }]);
  const { nextCursor } = await world.report({ by: "tool" }, { limit: 1, cursor: null });
  assert.ok(nextCursor !== null);

  for (const question of [{ by: "user" }, { by: "tool", tool: "a" }, {}] as ReportQuestion[]) {
    await assert.rejects(world.report(question, { limit: 1, cursor: nextCursor }), {
      code: "invalid_input",
      field: "cursor",
    });
  }
  for (const cursor of ["", "x", "bm8", btoa("[]"), `${nextCursor}x`]) {
    await assert.rejects(world.report({ by: "tool" }, { limit: 1, cursor }), { field: "cursor" });
  }
});

Deno.test("a cursor that was kept, or made by hand, shows nothing that is kept no more", async () => {
  using world = await reportWorld();
  await world.record([{ tool: "a", at: NOW }, { tool: "b", at: NOW }]);
  const { nextCursor } = await world.report({ by: "tool" }, { limit: 1, cursor: null });
  const next = { limit: 1, cursor: nextCursor };
  const decoded = atob((nextCursor ?? "").replaceAll("-", "+").replaceAll("_", "/"));
  const forged = btoa(decoded.replace(/20\d\d-/, "1971-")).replaceAll("=", "");

  const wrong = { code: "invalid_input", field: "cursor" };
  await assert.rejects(world.report({ by: "tool" }, { limit: 1, cursor: forged }), wrong);
  world.core.advance(80 * 86_400_000);
  assert.equal((await world.report({ by: "tool" }, next)).items.length, 1);
  world.core.advance(10 * 86_400_000);
  await assert.rejects(world.report({ by: "tool" }, next), wrong);
});

Deno.test("a report asks for no more than it shows", async () => {
  using world = await reportWorld();
  const asked: TallyQuery[] = [];
  const tallies: TallySource = {
    // deno-lint-ignore require-yield
    async *tallies(_, query) {
      asked.push(query);
    },
  };
  await someServer(world.core);
  const detailOf = async (question: ReportQuestion) => {
    asked.length = 0;
    await makeReport({ ...world.core, tallies }, "engineering", question, {
      limit: 1,
      cursor: null,
    });
    return [asked[0].detail, asked[0].grain];
  };

  assert.deepEqual(await detailOf({}), ["everything", "whole"]);
  assert.deepEqual(await detailOf({ by: "user" }), ["members", "whole"]);
  assert.deepEqual(await detailOf({ by: "tool" }), ["tools", "whole"]);
  assert.deepEqual(await detailOf({ by: "server", server: "internal-api" }), ["tools", "whole"]);
  assert.deepEqual(await detailOf({ by: "user", server: "internal-api" }), ["everything", "whole"]);
  assert.deepEqual(await detailOf({ by: "day" }), ["total", "day"]);
  assert.deepEqual(await detailOf({ by: "day", timeZone: "Europe/Berlin" }), ["total", "hour"]);
  assert.deepEqual(await detailOf({ by: "hour" }), ["total", "hour"]);
  assert.deepEqual(await detailOf({ by: "outcome" }), ["total", "whole"]);
  assert.deepEqual(await detailOf({ by: "outcome", server: "internal-api" }), ["tools", "whole"]);
});

Deno.test("more rows than a report names share others, and no call is lost", () => {
  for (
    const [by, others] of [
      [null, [OTHER_TOOLS, OTHER_PEOPLE]],
      ["tool", [OTHER_TOOLS]],
      ["user", [OTHER_PEOPLE]],
      ["server", [OTHER_SERVERS]],
    ] as const
  ) {
    const fold = createFold(by, [], { maxRows: 3 });
    for (let index = 0; index < 50; index++) {
      const call = someCall({
        tool: `t${index}`,
        tokenId: newTokenId(),
        serverId: newServerId(),
        server: `s${index}`,
      });
      fold.add({ ...tallyOf(call), start: hourOf(call.at) });
    }

    const rows = fold.rows().map(({ row }) => row());
    assert.equal(rows.reduce((sum, { calls }) => sum + calls, 0), 50, String(by));
    assert.ok(rows.length <= 7, `${by}: ${rows.length} rows`);
    const names = rows.flatMap(({ user, server, tool }) => [user, server, tool]);
    for (const name of others) assert.ok(names.includes(name), `${by}: ${name}`);
  }
});

/** No calls at all. */
const NOTHING: TallySource = { async *tallies() {} };
