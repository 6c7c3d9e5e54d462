import assert from "node:assert/strict";
import { FEATURE_CLIENTS, FEATURE_SERVERS } from "../_support/feature_kinds.ts";
import { useFeatures } from "../_support/use_features.ts";

// These tests know no gateway. They prove the peers themselves, so that a red
// cell of the matrix is known to be the gateway's fault.

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const same = (own: string) => own;

for (const serverKind of FEATURE_SERVERS) {
  for (
    const clientKind of FEATURE_CLIENTS.filter((kind) => kind.carriage === serverKind.carriage)
  ) {
    const test = `a client of ${clientKind.name} uses all that a server of ${serverKind.name} has`;

    Deno.test(test, OPTIONS, async (t) => {
      await using server = await serverKind.start();
      await using client = await clientKind.connect({ url: server.url, token: "t-1" });

      const opening = serverKind.carriage === "modern" ? "server/discover" : "initialize";
      const [request] = server.journal.withRpcMethod(opening);
      assert.ok(request?.body.includes(`"${clientKind.version}"`), "it opens with its revision");

      const names = { name: same, uri: same };
      await useFeatures(t, { client, clientKind, server, serverKind, ...names });
    });
  }
}
