import assert from "node:assert/strict";
import { connectLegacySse, connectLegacyStreamable } from "../_support/legacy_clients.ts";
import { connectSdkAuto, connectSdkPinned } from "../_support/modern_clients.ts";
import { openWorkspace, startGateway } from "../_support/gateway.ts";
import { inTurns, startGatewayPair } from "../_support/gateway_pair.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { answerIn, modern } from "../gateway/_requests.ts";

const ECHO = { name: "notes__echo", arguments: { text: "hi" } };

const CLIENTS = { connectLegacyStreamable, connectLegacySse, connectSdkAuto, connectSdkPinned };

Deno.test("every client tells its user which limit is reached and when to try again", async () => {
  await using upstream = startBothEras();
  await using gateway = await startGateway();
  const { token } = await openWorkspace(gateway, { notes: { url: upstream.url } });
  const limit = (requestsPerMinutePerToken: number | null) =>
    gateway.admin.send("PATCH", "/workspaces/team", { limits: { requestsPerMinutePerToken } });

  for (const [name, connect] of Object.entries(CLIENTS)) {
    await limit(null);
    await using client = await connect({ url: gateway.workspaceUrl("team"), token });
    await client.callTool("notes__echo", { text: "a" });
    await limit(1);

    // At the edge of a minute one of them may still pass.
    const calls = async () => {
      for (let at = 0; at < 3; at++) await client.callTool("notes__echo", { text: "b" });
    };
    const expected =
      /The limit of 1 requests a minute of this token is reached; try again in \d+ s/;
    await assert.rejects(calls(), expected, name);
  }
});

Deno.test("two processes let in no more than a minute's limit, in whatever turns they are asked", async () => {
  await using upstream = startBothEras();
  await using pair = await startGatewayPair();
  const { token } = await openWorkspace(pair.a, { notes: { url: upstream.url } });
  const limits = { requestsPerMinutePerToken: 60, concurrentCallsPerToken: 8 };
  await pair.a.admin.send("PATCH", "/workspaces/team", { limits });
  const turn = inTurns(pair);
  const minute = () => Math.floor(Date.now() / 60_000);

  const first = minute();
  let letIn = 0;
  const lane = async () => {
    for (let at = 0; at < 25; at++) {
      const request = modern(token, "tools/call", ECHO);
      const url = turn(new URL(request.url), request);
      const response = await fetch(new Request(url, request));
      // A reply that took long is a stream, whatever it says in the end.
      const { result, error } = await answerIn(response);
      if (result !== undefined) letIn++;
      else assert.match(error?.message ?? "", /limit of \d+ .* is reached/);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  const minutes = minute() - first + 1;

  assert.ok(letIn <= 60 * minutes && letIn >= 57, `${letIn} in ${minutes} minutes`);
  const calls = await pair.a.admin.calls("team");
  assert.equal(calls.filter(({ outcome }) => outcome === "ok").length, letIn);
  assert.equal(calls.filter(({ outcome }) => outcome === "refused").length, 200 - letIn);
});
