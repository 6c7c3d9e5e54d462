import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import type { Sink } from "./sink.ts";
import type { SinkStore } from "./sink_store.ts";

/** The sink of this id or name. Throws `not_found`. */
export async function findSink(deps: { sinks: SinkStore }, idOrName: string): Promise<Sink> {
  const all = await deps.sinks.list();
  const found = all.find(({ id }) => id === idOrName) ??
    all.find(({ name }) => name === idOrName);
  if (found === undefined) throw noSink(idOrName);
  return found;
}

/** What is said when a sink is not there, or not any more. */
export function noSink(idOrName: string): Error {
  return refusal(
    "not_found",
    `There is no sink ${quote(idOrName)}; list the sinks to see which there are.`,
  );
}
