import { NO_COMPARING } from "../_support/no_pins.ts";
import assert from "node:assert/strict";
import v8 from "node:v8";
import vm from "node:vm";
import { ListCache } from "../../core/upstream/list_cache.ts";
import { ServerWatches } from "../../core/upstream/server_watches.ts";
import type { Target } from "../../core/upstream/upstream.ts";
import { eventually } from "../_support/eventually.ts";
import { startModernFeatures } from "../_support/feature_server_modern.ts";
import { type Bench, startBench, targetAt } from "./_connector.ts";

v8.setFlagsFromString("--expose-gc");
// Deno 2.5 lets nobody ask for it.
const collectGarbage: (() => void) | undefined = vm.runInNewContext("globalThis.gc");
const ignore = collectGarbage === undefined;

function watchesOn({ connector }: Bench): ServerWatches {
  const versions = { read: () => Promise.resolve(0n) };
  const lists = new ListCache({
    connector,
    versions,
    comparing: NO_COMPARING,
    now: () => new Date(),
  });
  return new ServerWatches(connector, lists, () => {});
}

/** Watches a server for a moment; nobody but the watches knows the target that it gives. */
async function watchOnce(watches: ServerWatches, url: string): Promise<WeakRef<Target>> {
  const target = targetAt(url, { protocol: "2026-07-28" });
  using watching = watches.watch(target);
  await watching.begun();
  return new WeakRef(target);
}

Deno.test("a watch that is over leaves nothing of its server behind, nor of the secrets", {
  ignore,
}, async () => {
  await using upstream = startModernFeatures();
  await using bench = await startBench();
  const watches = watchesOn(bench);

  const heard = await watchOnce(watches, upstream.url);
  const failed = await watchOnce(watches, "http://127.0.0.1:1/mcp");
  await eventually("the stream is closed", () => upstream.listeners() === 0);

  await eventually("both are let go", () => {
    collectGarbage?.();
    return heard.deref() === undefined && failed.deref() === undefined;
  });
  assert.equal(upstream.listeners(), 0);
  watches.close();
});
