import { AsyncLocalStorage } from "node:async_hooks";

/** The time that servers took of some work. */
interface Lap {
  upstreamMs: number;
}

const running = new AsyncLocalStorage<Lap>();

/** What some work gave, how long it took, and for how much of that servers were waited for. */
export interface Timed<Result> {
  result: Result;
  totalMs: number;
  upstreamMs: number;
}

/** Does some work and says how long it took. Throws what the work throws. */
export async function timed<Result>(work: () => Promise<Result>): Promise<Timed<Result>> {
  const lap: Lap = { upstreamMs: 0 };
  const startedMs = performance.now();
  const result = await running.run(lap, work);
  const totalMs = performance.now() - startedMs;
  return { result, totalMs, upstreamMs: Math.min(lap.upstreamMs, totalMs) };
}

/** Adds the time of a request to a server to the work that it is part of, where that is timed. */
export function noteUpstream(durationMs: number): void {
  const lap = running.getStore();
  if (lap !== undefined) lap.upstreamMs += durationMs;
}
