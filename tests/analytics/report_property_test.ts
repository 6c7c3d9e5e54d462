import assert from "node:assert/strict";
import {
  type AnalyticsReport,
  type Figures,
  ReportBy,
  type ReportQuestion,
  type ReportRow,
} from "../../core/analytics/report.ts";
import { type Call, Outcome } from "../../core/calls/call.ts";
import { newServerId, newTokenId } from "../../core/ids.ts";
import { exposedName } from "../../core/mcp/tool_names.ts";
import { SeededRandom } from "../_support/seeded_random.ts";
import { FROM_LOG, reportWorld, type Tallies } from "./_report_world.ts";
import { rollupsOn } from "./_support.ts";

const FROM_ROLLUPS: Tallies = ({ kv, now }) => rollupsOn(kv, { now }).tallies;

/** What reports are made from, and which part of the calls is added up before they are. */
const SOURCES: Record<string, { from: Tallies; rolled: number }> = {
  "the log": { from: FROM_LOG, rolled: 0 },
  "rollups that are behind": { from: FROM_ROLLUPS, rolled: 0.6 },
  "rollups": { from: FROM_ROLLUPS, rolled: 1 },
};

/** After clocks were put back in Europe and in America. */
const NOW = new Date("2026-11-03T14:25:36.789Z");
const FIRST = new Date("2026-10-23T21:17:05.001Z");

const MEMBERS: Pick<Call, "tokenId" | "person" | "email">[] = [
  { tokenId: newTokenId(), person: "Alice Chen", email: "alice@example.com" },
  { tokenId: newTokenId(), person: "Alice", email: "Alice@Example.com" },
  { tokenId: newTokenId(), person: "Bob Lee", email: null },
  { tokenId: newTokenId(), person: "Bob Lee", email: null },
  { tokenId: newTokenId(), person: "deploy script", email: "ops@example.com" },
];

const [OLD, NEW, OTHER] = [newServerId(), newServerId(), newServerId()];
const SERVERS: Pick<Call, "serverId" | "server">[] = [
  { serverId: OLD, server: "reports" },
  { serverId: NEW, server: "reports" },
  { serverId: OTHER, server: "db" },
  { serverId: null, server: null },
];
const TOOLS = ["search", "write", 'a tool, with "more" than plain letters', "=1+1"];
const METHODS = [
  "tools/call",
  "tools/call",
  "prompts/get",
  "resources/read",
  "request",
  "authenticate",
] as const;

/** What a report can be asked for, each by the field that has it. */
const FILTERS: Omit<ReportQuestion, "by">[] = [
  {},
  { server: "reports" },
  { server: NEW },
  { server: "db", member: "bob lee" },
  { member: "ALICE@example.com" },
  { member: MEMBERS[1].tokenId },
  { tool: "search" },
  { tool: exposedName("db", TOOLS[2]) },
  { tool: "=1+1", member: "deploy script" },
];

const PERIODS: Pick<ReportQuestion, "period" | "from" | "to">[] = [
  {},
  { period: "11d" },
  { period: "30h" },
  { period: "45m" },
  { from: "2026-10-24" },
  { from: "2026-10-25", to: "2026-10-25" },
  { from: "2026-10-24T22:30:00.500Z", to: "2026-11-01T07:12:13.014Z" },
];

const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"];

for (const [name, { from, rolled }] of Object.entries(SOURCES)) {
  Deno.test(`reports from ${name} equal a naive count, by everything and with every filter`, async () => {
    const random = new SeededRandom(20_261_103);
    using world = await reportWorld({ now: NOW, from });
    const calls = Array.from({ length: 900 }, () => randomCall(random));
    // The log alone is read until it is older than the period; rollups bear any clock.
    if (rolled === 0) calls.sort((a, b) => a.at < b.at ? -1 : 1);
    const { roller, builder } = rollupsOn(world.core.kv, { now: world.core.now });
    for (let at = 0; at < calls.length; at += 30) {
      await world.record(calls.slice(at, at + 30));
      if (at >= calls.length * rolled) continue;
      await roller.rollAll(world.workspace.id);
      if (random.next() < 0.3) await builder.buildDue();
    }

    for (const filter of FILTERS) {
      for (const by of [undefined, ...ReportBy.options]) {
        const question = {
          ...filter,
          ...random.pick(PERIODS),
          by,
          timeZone: random.pick(ZONES),
        };
        const report = await world.report(question);

        const asked = JSON.stringify(question);
        const expected = calls.filter((call) => isAsked(call, filter, report));
        assertFigures(report.total, expected, `total of ${asked}`);
        assertRows(report, expected, asked);
      }
    }
  });
}

function randomCall(random: SeededRandom): Call {
  const atMs = random.whole(FIRST.getTime(), NOW.getTime());
  return {
    at: new Date(atMs).toISOString(),
    ...random.pick(MEMBERS),
    ...random.pick(SERVERS),
    method: random.pick(METHODS),
    tool: random.pick(TOOLS),
    era: "modern",
    outcome: random.pick(Outcome.options),
    reason: null,
    durationMs: Math.round(10 ** (random.next() * 5) * 10) / 10,
    bytesIn: random.whole(0, 5_000),
    bytesOut: random.whole(0, 500_000),
  };
}

function isAsked(
  call: Call,
  { server, member, tool }: Omit<ReportQuestion, "by">,
  { from, to }: AnalyticsReport,
): boolean {
  const shown = call.server === null ? "" : exposedName(call.server, call.tool);
  const names = [call.tokenId, call.person, call.email ?? ""].map((text) => text.toLowerCase());
  return call.at >= from && call.at < to &&
    (server === undefined || [call.server, call.serverId as string | null].includes(server)) &&
    (member === undefined || names.includes(member.toLowerCase())) &&
    (tool === undefined || tool === call.tool || tool === shown);
}

/** What a call has in common with the others of its row, as plainly as possible. */
function nameOf(call: Call, { by, timeZone }: AnalyticsReport): string {
  const { tokenId, serverId, method, tool, email } = call;
  if (by === "user") return email?.toLowerCase() ?? tokenId;
  if (by === "tool") return [serverId, method, tool].join("|");
  if (by === "server") return String(serverId);
  if (by === "outcome") return call.outcome;
  if (by === null) return [tokenId, serverId, method, tool].join("|");
  if (by === "hour") return call.at.slice(0, 13);
  return new Date(call.at).toLocaleDateString("sv-SE", { timeZone });
}

function nameOfRow(row: ReportRow, { by }: AnalyticsReport): string {
  const { tokenId, serverId, method, tool, email } = row;
  if (by === "user") return email?.toLowerCase() ?? String(tokenId);
  if (by === "tool") return [serverId, method, tool].join("|");
  if (by === "server") return String(serverId);
  if (by === "outcome") return String(row.outcome);
  if (by === null) return [tokenId, serverId, method, tool].join("|");
  return by === "hour" ? String(row.start).slice(0, 13) : String(row.day);
}

function assertRows(report: AnalyticsReport, calls: readonly Call[], asked: string): void {
  const expected = Map.groupBy(calls, (call) => nameOf(call, report));
  const names = report.items.map((row) => nameOfRow(row, report));
  assert.equal(new Set(names).size, names.length, `${asked}: each row once`);
  for (const name of expected.keys()) assert.ok(names.includes(name), `${asked}: ${name}`);

  for (const [index, row] of report.items.entries()) {
    const own = expected.get(names[index]) ?? [];
    const isTime = report.by === "day" || report.by === "hour";
    assert.ok(isTime || own.length > 0, `${asked}: no row of ${names[index]}`);
    assertFigures(row, own, `${names[index]} of ${asked}`);
  }
}

function assertFigures(figures: Figures, calls: readonly Call[], of: string): void {
  const isOf = (outcomes: readonly Outcome[]) =>
    calls.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const sum = (field: "bytesIn" | "bytesOut") => calls.reduce((all, call) => all + call[field], 0);
  assert.equal(figures.calls, calls.length, of);
  assert.equal(figures.errors, calls.length - isOf(["ok", "input_required"]), of);
  for (const outcome of Outcome.options) {
    assert.equal(figures.outcomes[outcome] ?? 0, isOf([outcome]), `${outcome} of ${of}`);
  }
  if ("outcome" in figures) return;

  assert.deepEqual([figures.bytesIn, figures.bytesOut], [sum("bytesIn"), sum("bytesOut")], of);
  assert.equal(figures.lastUsed, calls.map(({ at }) => at).sort().at(-1) ?? null, of);
  const durations = calls.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  for (const [part, ms] of [[0.5, figures.p50Ms], [0.95, figures.p95Ms], [0.99, figures.p99Ms]]) {
    const exact = durations[Math.max(0, Math.ceil(Number(part) * durations.length) - 1)];
    if (exact === undefined) assert.equal(ms, null, of);
    else {assert.ok(
        Math.abs(Number(ms) - exact) <= exact * 0.02,
        `p${part} of ${of}: ${ms} ${exact}`,
      );}
  }
}
