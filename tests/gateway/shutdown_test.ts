import assert from "node:assert/strict";
import { openWorkspace, startGateway } from "../_support/gateway.ts";
import { IDLE_KINDS, openIdleStream } from "../_support/idle_streams.ts";
import { startRawUpstream } from "../_support/raw_upstreams.ts";
import { sendModern } from "../_support/raw_mcp.ts";
import { answerIn } from "./_requests.ts";

const STREAMS = 50;

Deno.test("a gateway that is told to end says a last word on its streams and ends them", async () => {
  await using gateway = await startGateway();
  const { token } = await openWorkspace(gateway, {});
  const target = { url: gateway.workspaceUrl("team"), token };
  const streams = await Promise.all(
    IDLE_KINDS.flatMap((kind) =>
      Array.from({ length: STREAMS }, () => openIdleStream(kind, target))
    ),
  );

  Deno.kill(gateway.process.pid, "SIGTERM");

  const ends = await Promise.all(streams.map(({ ended }) => ended));
  assert.deepEqual(new Set(ends), new Set(["graceful"]));
  assert.equal(await gateway.process.exited, 0);
});

Deno.test("a gateway that is told to end finishes the answers that it is giving", async () => {
  const pieces = new Array<string>(200).fill("x".repeat(64 * 1024));
  await using server = startRawUpstream("modern, JSON", function* () {
    yield '{"resultType":"complete","content":[{"type":"text","text":"';
    yield* pieces;
    yield '"}]}';
  });
  await using gateway = await startGateway();
  const { token } = await openWorkspace(gateway, { raw: server });
  const target = { url: gateway.workspaceUrl("team"), token };
  const response = await sendModern(target, "tools/call", { name: "raw__big" });

  Deno.kill(gateway.process.pid, "SIGTERM");

  const { result } = await answerIn(response);
  assert.equal(result.content[0].text, pieces.join(""));
  assert.equal(await gateway.process.exited, 0);
});
