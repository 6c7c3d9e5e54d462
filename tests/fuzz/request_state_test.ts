import assert from "node:assert/strict";
import fc from "fast-check";
import { RequestStates, type StateOwner } from "../../core/gateway/request_state.ts";
import { newServerId, newTokenId, newWorkspaceId } from "../../core/ids.ts";
import { START, testKeyring } from "../_support/core.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { modern } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";
import { assertWellFormed, fuzz, mutated, read, wildText } from "./_door.ts";

const OWNER: StateOwner = {
  workspaceId: newWorkspaceId(),
  tokenId: newTokenId(),
  serverId: newServerId(),
  method: "tools/call",
  params: { name: "book" },
};

Deno.test("no text but a sealed state opens as one, and that for its own request alone", async () => {
  const states = new RequestStates(testKeyring(), () => START);
  const sealed = await states.seal(OWNER, { instanceId: "one", id: "two" });
  const params = fc.dictionary(wildText, fc.jsonValue()).filter(({ name }) => name !== "book");

  await fuzz(1_500, [fc.oneof(wildText, mutated(sealed))], async (text) => {
    assert.equal(await states.open(text, OWNER), null);
  });
  await fuzz(100, [params], async (other) => {
    await assert.rejects(states.open(sealed, { ...OWNER, params: other }), {
      code: "invalid_input",
    });
  });
  assert.notEqual(await states.open(sealed, OWNER), null);
});

Deno.test("a call with any state and any answers gets an answer", async () => {
  await using upstream = startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();

  await fuzz(500, [fc.oneof(wildText, fc.jsonValue()), fc.jsonValue()], async (state, answers) => {
    const call = {
      name: "notes__echo",
      arguments: { text: "a" },
      requestState: state,
      inputResponses: answers,
    };
    assertWellFormed(await read(world.send(modern(token, "tools/call", call))));
  });

  assert.deepEqual(world.log, []);
});
