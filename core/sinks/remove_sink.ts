import type { Actor } from "../audit/actor.ts";
import { findSink, noSink } from "./find_sink.ts";
import type { SinkProgressStore } from "./sink_progress_store.ts";
import type { SinkSender } from "./sink_sender.ts";
import type { SinkStore } from "./sink_store.ts";

/** Removes a sink; it gets nothing more than the request that is under way. Throws `not_found`. */
export async function removeSink(
  deps: {
    sinks: SinkStore;
    sinkProgress: SinkProgressStore;
    sinkSender: Pick<SinkSender, "wakeAll">;
  },
  by: Actor,
  idOrName: string,
): Promise<void> {
  const sink = await findSink(deps, idOrName);
  if (!await deps.sinks.remove(by, sink.id)) throw noSink(idOrName);
  deps.sinkSender.wakeAll();
  await deps.sinkProgress.clear(sink.id);
}
