import assert from "node:assert/strict";
import { textOf } from "../_support/client.ts";
import { CLIENT_KINDS, type ClientKind } from "../_support/clients.ts";
import { eventually } from "../_support/eventually.ts";
import { connectSdkPinned } from "../_support/modern_clients.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import { HEADER_TOOL } from "../_support/toolbox.ts";
import { UPSTREAM_KINDS, type UpstreamKind } from "../_support/upstreams.ts";

// These tests know no gateway. They prove the peers themselves, so that a red
// test of the gateway is known to be the gateway's fault.

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

for (const upstreamKind of UPSTREAM_KINDS) {
  for (const clientKind of CLIENT_KINDS.filter((kind) => understand(kind, upstreamKind))) {
    const name = `${clientKind.name} and ${upstreamKind.name} get along without a gateway`;
    const { echo, counting, waiting } = upstreamKind;
    const cancellation = cancellationBetween(clientKind, upstreamKind);

    Deno.test(name, OPTIONS, async () => {
      await using upstream = await upstreamKind.start();
      await using client = await clientKind.connect({ url: upstream.url, token: "t-1" });
      const { journal } = upstream;

      // A server may register its tools only once its client has connected.
      const isThere = async () => (await client.listTools()).some(({ name }) => name === echo.tool);
      await eventually(`the tool ${echo.tool} is there`, isThere);
      const result = await client.callTool(echo.tool, { [echo.argument]: "good morning" });

      assert.match(textOf(result), /good morning/);
      const [request] = journal.withRpcMethod("tools/call");
      assert.equal(request?.headers.get("authorization"), "Bearer t-1");

      if (!clientKind.seesProgress) return;

      const seen: number[] = [];
      const counted = await client.callTool(counting.tool, counting.args, {
        onProgress: ({ progress }) => seen.push(progress),
      });

      assert.match(textOf(counted), counting.answer);
      // SDK 1 loses a last step that arrives together with the result.
      assert.ok(seen.length >= 2);
      assert.deepEqual(seen, [1, 2, 3].slice(0, seen.length));

      if (!clientKind.takesBack) return;

      const taken = new AbortController();
      const call = client.callTool(waiting.tool, waiting.args("k"), { signal: taken.signal });
      const outcome = assert.rejects(call);
      await eventually("the call at the server", () => journal.withRpcMethod("tools/call")[2]);
      await eventually("the tool", () => waiting.tool !== "wait" || journal.waits.has("k"));
      taken.abort();

      await outcome;
      await eventually(
        `the cancellation: the ${cancellation}`,
        () =>
          cancellation === "tool stops"
            ? journal.waits.get("k") === "cancelled"
            : journal.withRpcMethod("notifications/cancelled").length > 0,
      );
    });
  }
}

Deno.test("a modern client and server pass an argument in a header", OPTIONS, async () => {
  await using upstream = startModern();
  await using client = await connectSdkPinned({ url: upstream.url, token: "t-1" });

  await client.listTools();
  const result = await client.callTool(HEADER_TOOL.name, { region: "eu-west" });

  assert.equal(textOf(result), "eu-west");
});

/** Whether the two share an era and, in the legacy one, a transport. */
function understand(client: ClientKind, upstream: UpstreamKind): boolean {
  if (client.eras.includes("modern") && upstream.eras.includes("modern")) return true;
  if (!client.eras.includes("legacy") || !upstream.eras.includes("legacy")) return false;
  return upstream.name.includes("HTTP+SSE") === (client.transport === "sse");
}

/** A server of both eras has no session in which a legacy client could stop a tool. */
function cancellationBetween(client: ClientKind, upstream: UpstreamKind) {
  const isModern = client.eras.includes("modern") && upstream.eras.includes("modern");
  if (isModern || !upstream.eras.includes("modern")) return upstream.cancellation;
  return "notification arrives";
}
