import assert from "node:assert/strict";
import { Attendances } from "../../core/gateway/attendances.ts";
import type { Access } from "../../core/gateway/authority.ts";
import type { TokenEnds } from "../../core/gateway/token_ends.ts";
import { newServerId, newTokenId, type TokenId } from "../../core/ids.ts";
import type { AttendCall } from "../../core/upstream/attend.ts";
import type { Connector } from "../../core/upstream/connector.ts";
import { type Caller, NO_HEADERS, type Target } from "../../core/upstream/upstream.ts";

const SERVER = newServerId();

function callerOf(memberId: TokenId, sessionKey: string): Caller {
  const client = { protocolVersion: "2025-11-25", info: {}, capabilities: {} };
  return { memberId, sessionKey, era: "legacy", client, headers: NO_HEADERS };
}

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
  const never = () => ({ [Symbol.dispose]() {} });
  const forever = { watch: never, watchServer: never } as unknown as TokenEnds;
  const attendances = new Attendances(connector, nobody, forever);
  const [alice, bob] = [newTokenId(), newTokenId()];
  const how = { access: {} as Access, target: () => Promise.resolve({} as Target) };
  const set = (caller: Caller) => attendances.set(caller, SERVER, ["notes://a"], how);

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
