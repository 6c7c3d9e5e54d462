import assert from "node:assert/strict";
import { GatewayError } from "../../core/errors.ts";
import { HOLD_MS, RequestStates, type StateOwner } from "../../core/gateway/request_state.ts";
import { newServerId, newTokenId, newWorkspaceId } from "../../core/ids.ts";
import { testKeyring } from "../_support/core.ts";

const HELD = { instanceId: "one", id: "call" };

function owner(changes: Partial<StateOwner> = {}): StateOwner {
  return {
    workspaceId: newWorkspaceId(),
    tokenId: newTokenId(),
    serverId: newServerId(),
    method: "tools/call",
    params: { name: "deploy", arguments: { to: "production", dry: false } },
    ...changes,
  };
}

function statesAt(clock: { nowMs: number }): RequestStates {
  return new RequestStates(testKeyring(), () => new Date(clock.nowMs));
}

Deno.test("a request state comes back to the request that it was given out for", async () => {
  const states = statesAt({ nowMs: 0 });
  const own = owner();

  const text = await states.seal(own, HELD);
  const again = {
    ...own,
    // The order of keys says nothing, and the round's own fields and `_meta` are not the request.
    params: {
      _meta: { progressToken: 9 },
      arguments: { dry: false, to: "production" },
      name: "deploy",
      requestState: text,
      inputResponses: { "input-1": { action: "accept" } },
    },
  };

  assert.deepEqual(await states.open(text, again), { held: HELD });
  assert.match(text, /^[\x21-\x7e]+$/);
});

Deno.test("a request state is refused for any other member, workspace, server or request", async () => {
  const states = statesAt({ nowMs: 0 });
  const own = owner();
  const text = await states.seal(own, HELD);

  const others: Partial<StateOwner>[] = [
    { tokenId: newTokenId() },
    { workspaceId: newWorkspaceId() },
    { serverId: newServerId() },
    { method: "prompts/get" },
    { params: { name: "deploy", arguments: { to: "production", dry: true } } },
    { params: { name: "destroy", arguments: { to: "production", dry: false } } },
  ];
  for (const other of others) {
    await assert.rejects(
      states.open(text, { ...own, ...other }),
      (error) => error instanceof GatewayError && error.rpcCode === -32602,
      JSON.stringify(other),
    );
  }
});

Deno.test("a request state expires, and says so", async () => {
  const clock = { nowMs: 1_000 };
  const states = statesAt(clock);
  const own = owner();
  const text = await states.seal(own, HELD);

  clock.nowMs += HOLD_MS - 1;
  assert.ok(await states.open(text, own));
  clock.nowMs += 1;
  await assert.rejects(states.open(text, own), /requestState has expired/);
});

Deno.test("a text that was changed in any place is none of ours", async () => {
  const states = statesAt({ nowMs: 0 });
  const own = owner();
  const text = await states.seal(own, HELD);

  for (let at = 0; at < text.length; at += 7) {
    const other = text[at] === "A" ? "B" : "A";
    const tampered = text.slice(0, at) + other + text.slice(at + 1);
    assert.equal(await states.open(tampered, own), null, `at ${at}`);
  }
  assert.equal(await states.open("a server's own state", own), null);
});
