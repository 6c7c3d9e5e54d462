import type { Keyring } from "../secrets/keyring.ts";
import { findSink } from "./find_sink.ts";
import type { SinkTestReport } from "./sink.ts";
import type { Delivery, SinkClient } from "./sink_client.ts";
import { formatOf } from "./sink_formats.ts";
import { openHeaders } from "./sink_headers.ts";
import type { SinkProgressStore } from "./sink_progress_store.ts";
import type { SinkSender } from "./sink_sender.ts";
import type { SinkStore } from "./sink_store.ts";

/**
 * Sends a sink one record that says that it is a test, and reports what it answered.
 *
 * A sink that takes it and had failed is tried again at once. Throws `not_found`.
 */
export async function testSink(
  deps: {
    sinks: SinkStore;
    sinkProgress: SinkProgressStore;
    sinkClient: SinkClient;
    sinkSender: Pick<SinkSender, "wakeAll">;
    keyring: Keyring;
    now: () => Date;
  },
  idOrName: string,
  signal: AbortSignal,
): Promise<SinkTestReport> {
  const sink = await findSink(deps, idOrName);
  const format = formatOf(sink);
  const body = format.body([format.test(deps.now())]);
  const headers = await openHeaders(deps.keyring, sink);

  const beginMs = performance.now();
  const delivery = await deps.sinkClient.send(sink, headers, body, signal);
  const durationMs = Math.round(performance.now() - beginMs);

  const ok = delivery.kind === "accepted" && delivery.rejected === 0;
  if (ok) {
    await deps.sinkProgress.retryNow(sink.id, deps.now());
    deps.sinkSender.wakeAll();
  }
  return { ok, message: sentenceFor(delivery), durationMs };
}

function sentenceFor(delivery: Delivery): string {
  switch (delivery.kind) {
    case "accepted":
      return delivery.rejected === 0
        ? "The sink took a test record."
        : "The sink answered, and rejected the test record.";
    case "too_large":
      return "The sink answered HTTP 413 to a single record.";
    case "failed":
      return `The sink ${delivery.failed.reason}.`;
  }
}
