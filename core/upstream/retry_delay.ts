/** How long to wait before a stream is opened again when its server says nothing of it. */
const DEFAULT_RETRY_MS = 1_000;
/** A server that wants to be asked at once would be asked without a break. */
const SHORTEST_RETRY_MS = 100;

/** How long to wait before a stream is opened again, by what its server said. */
export function retryDelayMs(retryMs: number | null): number {
  return Math.max(retryMs ?? DEFAULT_RETRY_MS, SHORTEST_RETRY_MS);
}
