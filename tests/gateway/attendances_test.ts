import assert from "node:assert/strict";
import { Attendances, type UpdateLines } from "../../core/gateway/attendances.ts";
import type { Access } from "../../core/gateway/authority.ts";
import type { TokenEnds } from "../../core/gateway/token_ends.ts";
import { newServerId, newTokenId, type ServerId, type TokenId } from "../../core/ids.ts";
import type { AttendCall } from "../../core/upstream/attend.ts";
import type { RpcNotification } from "../../core/mcp/message.ts";
import type { Connector } from "../../core/upstream/connector.ts";
import { eventually } from "../_support/eventually.ts";
import { type Caller, NO_HEADERS, type Target } from "../../core/upstream/upstream.ts";

const SERVER = newServerId();

/** A token and servers that stay good. */
const never = () => ({ [Symbol.dispose]() {} });
const FOREVER = { watch: never, watchServer: never } as unknown as TokenEnds;
const HOW = { access: {} as Access, target: () => Promise.resolve({} as Target) };

function callerOf(memberId: TokenId, sessionKey: string): Caller {
  const client = { protocolVersion: "2025-11-25", info: {}, capabilities: {} };
  return { memberId, sessionKey, era: "legacy", client, headers: NO_HEADERS };
}

/** Streams of servers that a test has begin and speak, and what the client was told. */
function stage() {
  const streams: { call: AttendCall; begin(): void }[] = [];
  const connector = {
    async attend(call: AttendCall) {
      const begun = Promise.withResolvers<void>();
      streams.push({ call, begin: begun.resolve });
      await begun.promise;
      await call.onReady(call.filter);
      await new Promise((resolve) => call.signal.addEventListener("abort", resolve));
    },
  } as unknown as Connector;
  const told: unknown[] = [];
  const lines: UpdateLines = {
    notify: (_owner, _target, { params }) => void told.push(params?.uri),
    isListening: () => Promise.resolve(true),
  };
  const attendances = new Attendances(connector, lines, FOREVER);
  const caller = callerOf(newTokenId(), "session");
  return {
    attendances,
    streams,
    told,
    set: (server: ServerId, ...uris: string[]) => attendances.set(caller, server, uris, HOW),
    /** The same, with a server that listens at once. */
    async begin(...uris: string[]) {
      const { length } = streams;
      const setting = attendances.set(caller, SERVER, uris, HOW);
      await eventually("the server is asked", () => streams.length > length);
      streams.at(-1)?.begin();
      await setting;
    },
  };
}

function updated(uri: string): RpcNotification {
  return { jsonrpc: "2.0", method: "notifications/resources/updated", params: { uri } };
}

Deno.test("what begins to be heard after the client was promised it counts as updated", async () => {
  const { attendances, streams, told, set, begin } = stage();

  await begin("notes://a");
  assert.deepEqual(told, [], "who listens in time misses nothing");

  await set(newServerId(), "notes://b");
  streams[1]?.begin();
  await eventually("the word", () => told.length > 0);
  assert.deepEqual(told, ["notes://b"]);
  attendances.close();
});

Deno.test("a stream that another one took the place of brings what was on its way", async () => {
  const { attendances, streams, told, set, begin } = stage();
  await begin("notes://a", "notes://b");
  await begin("notes://b", "notes://c");
  const [{ call: old }] = streams;

  await old.onNotification(updated("notes://b"));
  await old.onNotification(updated("notes://a"));
  assert.deepEqual(told, ["notes://b"], "what is still wanted, and that alone");

  await set(SERVER, "notes://b", "notes://c");
  assert.equal(streams.length, 2, "nobody is asked for what is heard already");
  await eventually("the end of the old stream", () => old.signal.aborted);
  assert.ok(!streams[1]?.call.signal.aborted);
  attendances.close();
  assert.ok(streams[1]?.call.signal.aborted);
});

Deno.test("Attendances listens for 100 sessions of a member and no more, until one has ended", async () => {
  let listening = 0;
  const connector = {
    async attend({ onReady, signal }: AttendCall) {
      listening++;
      await onReady({});
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      listening--;
    },
  } as unknown as Connector;
  const nobody = { notify() {}, isListening: () => Promise.resolve(true) };
  const attendances = new Attendances(connector, nobody, FOREVER);
  const [alice, bob] = [newTokenId(), newTokenId()];
  const set = (caller: Caller) => attendances.set(caller, SERVER, ["notes://a"], HOW);

  for (let n = 0; n < 100; n++) await set(callerOf(alice, `session ${n}`));
  await assert.rejects(set(callerOf(alice, "one more")), /100 times; the limit is 100/);
  await set(callerOf(alice, "session 5"));
  await set(callerOf(bob, "one more"));
  attendances.endOf(callerOf(alice, "session 7"));
  await set(callerOf(alice, "one more"));

  assert.equal(attendances.size, 101);
  attendances.close();
  await Promise.resolve();
  assert.equal(attendances.size, 0);
  assert.equal(listening, 0);
});
