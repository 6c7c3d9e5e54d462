import assert from "node:assert/strict";
import type { ClientTarget } from "../_support/client.ts";
import { eventually, pause } from "../_support/eventually.ts";
import {
  openWorkspace,
  type RunningGateway,
  startGateway,
  temporaryDataDir,
} from "../_support/gateway.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { askLegacy, askModern, beginSession, type RawAnswer } from "../_support/raw_mcp.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const ROUNDS = 20;
const MEMBERS = 8;

/** One person who calls as fast as answers come. */
interface Member {
  name: string;
  token: string;
  /** Legacy members keep their session through every restart. */
  session: string | null;
  sent: number;
  answered: number;
}

Deno.test(
  "every call that was answered is on the record, whenever the gateway is killed",
  OPTIONS,
  async () => {
    await using upstream = startBothEras();
    await using folder = await temporaryDataDir();
    const dataDir = folder.path;
    const members = await newMembers(dataDir, upstream.url);

    for (let round = 0; round < ROUNDS; round++) {
      await using gateway = await startGateway({ dataDir });
      await assertOnRecord(gateway, members, round);

      const stopping = new AbortController();
      const load = Promise.all(members.map((member) => callOn(gateway, member, stopping.signal)));
      const enough = answeredOf(members) + MEMBERS;
      const underLoad = eventually("a load", () => answeredOf(members) > enough, 120_000);
      await Promise.race([load, underLoad]);
      await pause(Math.random() * 250);
      await gateway.process.end("SIGKILL");
      stopping.abort();
      await load;
    }

    await using gateway = await startGateway({ dataDir });
    await assertOnRecord(gateway, members, ROUNDS);
    const answered = answeredOf(members);
    assert.ok(answered > ROUNDS * MEMBERS, `there was a load: ${answered} answers`);
  },
);

async function newMembers(dataDir: string, url: string): Promise<Member[]> {
  await using gateway = await startGateway({ dataDir });
  await openWorkspace(gateway, { files: { url } });

  const members: Member[] = [];
  for (let i = 0; i < MEMBERS; i++) {
    const name = `Member ${i}`;
    const { token } = await gateway.admin.addToken("team", name);
    const session = i % 2 === 0 ? null : await beginSession(at(gateway, token));
    members.push({ name, token, session, sent: 0, answered: 0 });
  }
  return members;
}

/** Calls until the gateway is gone. */
async function callOn(
  gateway: RunningGateway,
  member: Member,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    member.sent++;
    try {
      const { status, message } = await callOnce(at(gateway, member.token), member);
      if (status !== 200 || message?.result === undefined) throw new Error(`answered ${status}`);
      member.answered++;
    } catch (error) {
      // A killed process breaks connections; anything else is a fault of its own.
      if (error instanceof TypeError) return;
      throw error;
    }
  }
}

function answeredOf(members: readonly Member[]): number {
  return members.reduce((sum, member) => sum + member.answered, 0);
}

function callOnce(target: ClientTarget, { session, sent }: Member): Promise<RawAnswer> {
  const params = { name: "files__echo", arguments: { text: `call ${sent}` } };
  if (session === null) return askModern(target, "tools/call", params, { id: sent });
  return askLegacy(target, session, "tools/call", params, sent);
}

async function assertOnRecord(
  { admin }: RunningGateway,
  members: readonly Member[],
  round: number,
): Promise<void> {
  const calls = await admin.calls("team");
  const rows = await admin.analytics("team");

  for (const { name, sent, answered } of members) {
    const recorded = calls.filter(({ person }) => person === name).length;
    const counted = rows.filter(({ user }) => user === name)
      .reduce((sum, row) => sum + row.calls, 0);
    const where = `${name} before round ${round}`;
    assert.ok(recorded >= answered, `${where}: ${recorded} on record, ${answered} answered`);
    assert.ok(recorded <= sent, `${where}: ${recorded} on record, ${sent} sent`);
    assert.equal(counted, recorded, `${where}: analytics and list agree`);
  }
}

function at(gateway: RunningGateway, token: string): ClientTarget {
  return { url: gateway.workspaceUrl("team"), token };
}
