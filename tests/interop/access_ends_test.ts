import assert from "node:assert/strict";
import { verifyAudit } from "../../core/audit/verify_audit.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import type { Services } from "../../core/services.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { bareServices } from "../_support/bare_services.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { temporaryDataDir } from "../_support/gateway.ts";
import { startRawUpstream } from "../_support/raw_upstreams.ts";
import { randomFrom } from "../_support/turns.ts";
import {
  type Answered,
  type Caller,
  type End,
  type Reply,
  startCaller,
  type Way,
  WAYS,
} from "./_access_ends.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const SEED = 20_261_126;
const PROCESSES = 3;
/** Workspaces in each of which accesses are ended, one after the other. */
const LANES = 6;
const INTERLEAVINGS = 10_000;
const CALLS_A_PROCESS = 6;
/** Calls begin, and the access ends, within this time. */
const WINDOW_MS = 12;

/** What is said to a call that began after its access had ended. */
const REFUSALS: Record<Way, RegExp> = {
  revoke: /^401 A valid bearer token is required\.$/,
  offboard: /^401 A valid bearer token is required\.$/,
  "disable workspace": /^401 A valid bearer token is required\.$/,
  "disable server": /^200 Server "s\d" is disabled by an admin\.$/,
};

/** What is said on the stream of a call that was let in, when its token or workspace ends. */
const CUT = "200 A valid bearer token is required.";

/** One access that was ended, with the calls around it. */
interface Round {
  how: Way;
  tokenId: string;
  endedMs: number;
  calls: Answered[];
}

Deno.test(
  "no call that begins after an access has ended is let in, and none before it is lost",
  OPTIONS,
  async () => {
    await using folder = await temporaryDataDir();
    const path = `${folder.path}/kv.sqlite3`;
    const executed = new Map<string, number>();
    await using upstream = startRawUpstream("modern, JSON", (method, body) => {
      if (method === "tools/list") return TOOLS;
      const { params } = JSON.parse(body);
      const id = String(params.arguments.call);
      executed.set(id, (executed.get(id) ?? 0) + 1);
      return '{"resultType":"complete","content":[]}';
    });
    const services = await bareServices(path);
    await prepare(services, upstream.url);
    await using stack = new AsyncDisposableStack();
    const callers: Caller[] = [];
    for (let at = 0; at < PROCESSES; at++) callers.push(stack.use(await startCaller(path)));

    const rounds: Round[] = [];
    const count = () => rounds.reduce((sum, { calls }) => sum + calls.length, 0);
    await Promise.all(Array.from({ length: LANES }, async (_, lane) => {
      const random = randomFrom(SEED + lane);
      for (let round = 0; count() < INTERLEAVINGS; round++) {
        rounds.push(await endOneAccess(callers, { lane, round, random }));
      }
    }));
    await stack.disposeAsync();

    const seen = { before: 0, after: 0, letIn: 0, cut: 0 };
    for (const { how, endedMs, calls } of rounds) {
      for (const { id, beganMs, isAfter, outcome } of calls) {
        const where = `${id}: ${how} answered ${endedMs}, began ${beganMs}: ${outcome}`;
        const times = executed.get(id) ?? 0;
        const isLate = isAfter || beganMs > endedMs;
        const isRefused = REFUSALS[how].test(outcome);
        const wasCut = isCut({ how, outcome, times });
        assert.ok(outcome === "ok" || (wasCut ? !isLate : isRefused), where);
        assert.ok(times <= 1, where);
        if (!wasCut) assert.equal(times, outcome === "ok" ? 1 : 0, where);
        if (isLate) assert.ok(isRefused, where);
        seen[isLate ? "after" : "before"]++;
        if (wasCut) seen.cut++;
        if (outcome === "ok") seen.letIn++;
      }
    }
    await assertOnRecord(services, rounds, executed);
    const audit = await verifyAudit(services.audit);
    await services.close();

    assert.equal(audit.ok, true);
    assert.ok(
      seen.after > INTERLEAVINGS / 10 && seen.letIn > INTERLEAVINGS / 10,
      JSON.stringify(seen),
    );
    console.log(
      `${count()} interleavings of calls with ${rounds.length} ends of access in ${PROCESSES} ` +
        `processes: ${seen.letIn} let in, ${seen.cut} cut, ${seen.after} begun after the end, seed ${SEED}`,
    );
  },
);

/**
 * Whether a call was let in, took long, and was broken off: on its stream when its token ended, or
 * with the words for a disabled server when that had it already.
 */
function isCut({ how, outcome, times }: { how: Way; outcome: string; times: number }): boolean {
  return outcome === CUT || (how === "disable server" && outcome !== "ok" && times > 0);
}

/** Lets somebody in, ends that in the middle of calls by all processes, and opens again. */
async function endOneAccess(
  callers: readonly Caller[],
  { lane, round, random }: { lane: number; round: number; random: () => number },
): Promise<Round> {
  const place = { lane, round, workspace: `w${lane}`, server: `s${lane}` };
  const email = `p${lane}-${round}@example.com`;
  const any = () => callers[Math.floor(random() * callers.length)];
  const how = WAYS[Math.floor(random() * WAYS.length)];
  const person = the("let in", await any().do({ ...place, kind: "let in", email }));
  const end: End = { ...place, how, afterMs: random() * WINDOW_MS / 2, tokenId: person.id, email };
  const ender = any();

  let tool = 0;
  const callOf = (afterMs: number) => {
    const name = `t${tool++}`;
    return { id: `${lane}-${round}-${name}`, tool: name, afterMs };
  };
  const address = `10.${lane}.${round >> 8}.${round & 255}`;
  const called = await Promise.all(callers.map(async (caller) => {
    const calls = Array.from({ length: CALLS_A_PROCESS }, () => callOf(random() * WINDOW_MS));
    const isEnder = caller === ender;
    const lastCalls = isEnder ? [callOf(0), callOf(0)] : [];
    const ending = isEnder ? end : null;
    const token = person.token;
    return the(
      "called",
      await caller.do({ ...place, kind: "call", token, address, calls, end: ending, lastCalls }),
    );
  }));
  if (how.startsWith("disable")) {
    the("opened", await any().do({ ...place, kind: "open again", how }));
  }

  const endedMs = called.map((one) => one.endedMs).find((ms) => ms !== null);
  assert.ok(typeof endedMs === "number");
  return { how, tokenId: person.id, endedMs, calls: called.flatMap(({ calls }) => calls) };
}

/** What was answered is on the record once, and nothing else of these calls as answered. */
async function assertOnRecord(
  { workspaces, callQueries }: Services,
  rounds: readonly Round[],
  executed: ReadonlyMap<string, number>,
) {
  const recorded = new Map<string, string[]>();
  for (let lane = 0; lane < LANES; lane++) {
    const workspace = await workspaces.findBySlug(`w${lane}`);
    assert.ok(workspace !== null);
    let cursor: string | null = null;
    do {
      const page = await callQueries.list(workspace, { limit: 200, cursor });
      for (const { tokenId, tool, outcome } of page.items) {
        const key = `${tokenId} ${tool}`;
        recorded.set(key, [...recorded.get(key) ?? [], outcome]);
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  for (const { how, tokenId, calls } of rounds) {
    for (const { id, tool, outcome } of calls) {
      const found = recorded.get(`${tokenId} ${tool}`) ?? [];
      const where = `${id}: ${how}, ${outcome}`;
      const wasCut = isCut({ how, outcome, times: executed.get(id) ?? 0 });
      if (outcome === CUT) assert.equal(found.length, 1, where);
      else if (wasCut) assert.deepEqual(found, ["cancelled"], where);
      else if (outcome.startsWith("401")) assert.deepEqual(found, [], where);
      else assert.deepEqual(found, [outcome === "ok" ? "ok" : "refused"], where);
    }
  }
}

function the<Kind extends Reply["kind"]>(kind: Kind, reply: Reply): Reply & { kind: Kind } {
  assert.equal(reply.kind, kind, reply.kind === "failed" ? reply.why : reply.kind);
  return reply as Reply & { kind: Kind };
}

async function prepare(services: Services, url: string): Promise<void> {
  for (let lane = 0; lane < LANES; lane++) {
    const [workspace, server] = [`w${lane}`, `s${lane}`];
    await createWorkspace(services, AN_ADMIN, { slug: workspace });
    await registerServer(services, AN_ADMIN, { slug: server, name: server, url });
    await installServer(services, AN_ADMIN, { workspace, server });
  }
}

const TOOLS = JSON.stringify({
  resultType: "complete",
  tools: Array.from(
    { length: 20 },
    (_, at) => ({ name: `t${at}`, inputSchema: { type: "object" } }),
  ),
  ttlMs: 60_000,
  cacheScope: "public",
});
