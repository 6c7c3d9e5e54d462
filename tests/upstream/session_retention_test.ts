import assert from "node:assert/strict";
import v8 from "node:v8";
import vm from "node:vm";
import type { Connector } from "../../core/upstream/connector.ts";
import type { Target } from "../../core/upstream/upstream.ts";
import { eventually } from "../_support/eventually.ts";
import { startLegacySessions, startLegacySse } from "../_support/legacy_upstreams.ts";
import { callerOf, startBench, targetAt, toolCall } from "./_connector.ts";

v8.setFlagsFromString("--expose-gc");
// Deno 2.5 lets nobody ask for it.
const collectGarbage: (() => void) | undefined = vm.runInNewContext("globalThis.gc");
const ignore = collectGarbage === undefined;

/** Makes the first call of a session; only what keeps the call keeps what is given back. */
async function callOnce(connector: Connector, target: Target): Promise<WeakRef<object>[]> {
  const headers = new Headers({ authorization: "Bearer mwt_secret" });
  const args = { text: "hi" };
  const caller = callerOf("legacy", { sessionKey: "one", headers });
  const { response } = await connector.request(toolCall(target, "echo", { caller, args }));
  assert.ok(response.result);
  return [new WeakRef(headers), new WeakRef(args)];
}

for (const start of [startLegacySessions, startLegacySse]) {
  Deno.test(
    `${start.name}: a session keeps nothing of the call that opened it`,
    { ignore },
    async () => {
      await using server = await start();
      await using bench = await startBench();
      const target = targetAt(server.url);
      using _hold = bench.connector.hold({ memberId: "admin", sessionKey: "one" });

      const kept = await callOnce(bench.connector, target);

      await eventually("they are let go", () => {
        collectGarbage?.();
        return kept.every((one) => one.deref() === undefined);
      });
    },
  );
}
