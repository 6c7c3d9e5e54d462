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
import { beginSession, openStream, sendLegacy, sendModern } from "../_support/raw_mcp.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** Above the second that is promised, below any timer that would also end a stream. */
const SOON_MS = 5_000;

Deno.test("revoking a token ends its open streams, and only those", OPTIONS, async () => {
  await using upstream = startBothEras();
  await using gateway = await startGateway();
  const alice = await openWorkspace(gateway, { files: upstream });
  const bob = await gateway.admin.addToken("team", "Bob");
  const streams = await openAll(at(gateway, alice.token));
  const others = await openAll(at(gateway, bob.token));

  await gateway.admin.revokeToken("team", alice.id);

  await assertEnd(streams);
  await pause(200);
  assert.deepEqual(others.filter(({ hasEnded }) => hasEnded()).map(({ name }) => name), []);
  await Promise.all(others.map((stream) => stream.close()));
});

Deno.test("revoking through one process ends the streams of the other", OPTIONS, async () => {
  await using upstream = startBothEras();
  await using folder = await temporaryDataDir();
  await using a = await startGateway({ dataDir: folder.path });
  await using b = await startGateway({ dataDir: folder.path });
  const alice = await openWorkspace(a, { files: upstream });
  const streams = await openAll(at(b, alice.token));

  await a.admin.revokeToken("team", alice.id);

  await assertEnd(streams);
});

/** A stream of which a first part has arrived, and that is read until it ends. */
interface WatchedStream {
  name: string;
  hasEnded(): boolean;
  close(): Promise<void>;
}

/** Opens every kind of stream there is, two of them with a call that goes on and on. */
async function openAll(target: ClientTarget): Promise<WatchedStream[]> {
  const session = await beginSession(target);
  const call = {
    name: "files__count",
    arguments: { to: 10_000, pauseMs: 50 },
    _meta: { progressToken: "p" },
  };
  return await Promise.all([
    watch("HTTP+SSE", openStream(target, null)),
    watch("a session's own stream", openStream(target, session)),
    watch("a legacy call", sendLegacy(target, session, "tools/call", call, 7)),
    watch("a modern call", sendModern(target, "tools/call", call)),
  ]);
}

async function watch(name: string, answer: Promise<Response>): Promise<WatchedStream> {
  const { status, body } = await answer;
  assert.equal(status, 200, name);
  const reader = body?.getReader();
  await reader?.read();

  let ended = false;
  void readToEnd(reader).catch(() => {}).finally(() => ended = true);

  return { name, hasEnded: () => ended, close: async () => await reader?.cancel() };
}

async function readToEnd(reader?: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  for (let done = false; !done;) done = (await reader?.read())?.done ?? true;
}

async function assertEnd(streams: readonly WatchedStream[]): Promise<void> {
  await Promise.all(
    streams.map(({ name, hasEnded }) => eventually(`the end of ${name}`, hasEnded, SOON_MS)),
  );
}

function at(gateway: RunningGateway, token: string): ClientTarget {
  return { url: gateway.workspaceUrl("team"), token };
}
