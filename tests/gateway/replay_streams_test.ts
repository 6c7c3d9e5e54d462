import assert from "node:assert/strict";
import { EventStream } from "../../core/gateway/event_stream.ts";
import { RemoteConnections } from "../../core/gateway/remote_connections.ts";
import { ReplayStreams } from "../../core/gateway/replay_streams.ts";
import { newTokenId, newWorkspaceId } from "../../core/ids.ts";
import type { ClientSession } from "../../core/sessions/session.ts";
import { eventually, pause } from "../_support/eventually.ts";
import { processes } from "./_mails.ts";

const SESSION: ClientSession = {
  workspaceId: newWorkspaceId(),
  tokenId: newTokenId(),
  server: null,
  nonce: "a session",
  protocolVersion: "2025-11-25",
  clientInfo: {},
  capabilities: {},
  startedAtMs: 0,
};
const OWNER = { memberId: SESSION.tokenId, sessionKey: SESSION.nonce };

Deno.test("a process forgets a connection once it knows that nothing will be written to it", async () => {
  await using world = await processes("one".padEnd(16, "0"), "two".padEnd(16, "0"));
  const [one, two] = world.mails.map((mail) => new ReplayStreams(mail));
  await world.mails[0].ready();
  const ended = one.open(SESSION, "reply");
  await ended.send("{}");
  ended.end();
  const unknown = ended.id.replace(/.$/, (last) => last === "0" ? "1" : "0");
  const left: string[] = [];
  world.mails[0].on("connection_left", ({ connectionId }) => void left.push(String(connectionId)));

  const over = await two.resume(OWNER, `${ended.id}.1`, new EventStream(() => {}));
  const lost = await two.resume(OWNER, `${unknown}.1`, new EventStream(() => {}));

  assert.deepEqual([over, lost], ["over", "lost"]);
  await eventually("it says that neither connection is there", () => left.length === 2);
  one.close();
  two.close();
});

Deno.test("a slow reader at another process gets the last of a stream before its end", async () => {
  await using world = await processes("one", "two");
  const [one, two] = world.mails.map((mail) => new RemoteConnections(mail));
  await world.mails[0].ready();
  const stream = new EventStream(() => {});
  const connection = one.to("two", await two.expect(stream, "one"), () => {});
  const ended = Promise.withResolvers<void>();
  stream.onOver(ended.resolve);

  await connection.write("x".repeat(100_000));
  await connection.write("the answer");
  connection.end();
  const text = await pause(500).then(() => new Response(stream.body).text());
  await ended.promise;

  assert.ok(text.endsWith("the answer"), text.slice(-20));
  one.close();
  two.close();
});
