import assert from "node:assert/strict";
import type { ClientTarget } from "../_support/client.ts";
import { eventually, pause } from "../_support/eventually.ts";
import type { FeatureClient } from "../_support/feature_client.ts";
import {
  FEATURE_CLIENTS,
  FEATURE_SERVERS,
  type FeatureServerKind,
} from "../_support/feature_kinds.ts";
import type { FeatureServer } from "../_support/feature_server.ts";
import { TODAY } from "../_support/feature_world.ts";
import { openWorkspace, type RunningGateway, startGateway } from "../_support/gateway.ts";

// A server that ends and starts again at the same address has forgotten every session.

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const MEMBERS = 2;

const MODERN = FEATURE_SERVERS.find(({ carriage }) => carriage === "modern") ?? FEATURE_SERVERS[0];

/** One client of one person, that calls without a pause until it is stopped. */
interface Session {
  name: string;
  client: FeatureClient;
  answered: number;
}

for (const serverKind of FEATURE_SERVERS) {
  const name =
    `after a restart of a server of ${serverKind.name}, every session's next call succeeds`;

  Deno.test(name, OPTIONS, async () => {
    await using gateway = await startGateway();
    await using running = await restartable(serverKind);
    await using sessions = await openSessions(gateway, running.server);

    const stopping = new AbortController();
    const traffic = sessions.all.map((session) => callOn(session, stopping.signal));
    await eventually("traffic", () => sessions.all.every(({ answered }) => answered > 3));
    await running.restart();
    stopping.abort();
    await Promise.all(traffic);

    const outcomes = await Promise.all(sessions.all.map(nextCall));
    assert.deepEqual(outcomes, sessions.all.map(({ name }) => `${name}: back again`));
  });

  Deno.test(
    `after a restart of a server of ${serverKind.name}, its clients hear of changes again`,
    OPTIONS,
    async () => {
      await using gateway = await startGateway();
      await using running = await restartable(serverKind);
      await using sessions = await openSessions(gateway, running.server);
      for (const { client } of sessions.all) await client.listen([`${TODAY}#~files`]);
      const { length } = sessions.all;
      await eventually("the subscriptions", () => running.server.subscribers() > 0);

      await running.restart();
      await Promise.all(sessions.all.map(nextCall));
      await eventually(`${length} subscriptions again`, async () => {
        await running.server.change();
        await pause(50);
        return sessions.all.every(({ client }) => client.heard.updated.includes(`${TODAY}#~files`));
      });
    },
  );
}

Deno.test("what changed while a modern server was away counts as updated", OPTIONS, async () => {
  await using gateway = await startGateway();
  await using running = await restartable(MODERN);
  await using sessions = await openSessions(gateway, running.server);
  for (const { client } of sessions.all) await client.listen([`${TODAY}#~files`]);

  await running.restart();
  const heard = () =>
    sessions.all.filter(({ client }) => client.heard.updated.includes(`${TODAY}#~files`));
  await eventually("the word for all", () => heard().length === sessions.all.length);
});

/** A server that can be ended and started again on its port, with nothing remembered. */
async function restartable(kind: FeatureServerKind) {
  const running = { server: await kind.start() };
  return {
    get server() {
      return running.server;
    },
    async restart() {
      const { port } = running.server;
      await running.server[Symbol.asyncDispose]();
      running.server = await kind.start({ port });
    },
    [Symbol.asyncDispose]: () => running.server[Symbol.asyncDispose](),
  };
}

/** Sessions of every kind of client for several members. */
async function openSessions(gateway: RunningGateway, server: FeatureServer) {
  const { token } = await openWorkspace(gateway, { files: server });
  const tokens = [token];
  while (tokens.length < MEMBERS) {
    const created = await gateway.admin.addToken("team", `Member ${tokens.length}`);
    tokens.push(created.token);
  }

  const all: Session[] = [];
  for (const token of tokens) {
    const target: ClientTarget = { url: gateway.workspaceUrl("team"), token };
    for (const { name, connect } of FEATURE_CLIENTS) {
      all.push({ name, client: await connect(target), answered: 0 });
    }
  }
  return {
    all,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map(({ client }) => client[Symbol.asyncDispose]()));
    },
  };
}

/** Calls on and on; what a restart catches in the middle may be lost. */
async function callOn(session: Session, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      await session.client.callTool("files__say", { text: "traffic" });
      session.answered++;
    } catch (error) {
      assert.doesNotMatch(String(error), /timed out/i, `${session.name} waits in vain`);
    }
    await pause(5);
  }
}

async function nextCall({ name, client }: Session): Promise<string> {
  try {
    const { structuredContent } = await client.callTool("files__say", { text: "back again" });
    return `${name}: ${(structuredContent as { said: string }).said}`;
  } catch (error) {
    return `${name}: ${error}`;
  }
}
