/** How exact these timers are: they fire up to this much late. */
const TICK_MS = 50;

interface Waiting {
  dueMs: number;
  fire: () => void;
}

const waiting = new Set<Waiting>();
let ticker: ReturnType<typeof setInterval> | null = null;

/**
 * Calls `fire` after a time, give or take 50 ms, unless it is disposed of first.
 *
 * One real timer serves all of them: a call sets two that hardly ever fire, and a
 * timer of its own for each costs more than the rest of its bookkeeping.
 */
export function afterAbout(delayMs: number, fire: () => void): Disposable {
  const one: Waiting = { dueMs: performance.now() + delayMs, fire };
  waiting.add(one);
  ticker ??= setInterval(tick, TICK_MS);
  return {
    [Symbol.dispose]: () => {
      waiting.delete(one);
      stopWhenIdle();
    },
  };
}

function tick(): void {
  const nowMs = performance.now();
  for (const one of waiting) {
    if (one.dueMs > nowMs) continue;
    waiting.delete(one);
    one.fire();
  }
  stopWhenIdle();
}

function stopWhenIdle(): void {
  if (waiting.size > 0 || ticker === null) return;
  clearInterval(ticker);
  ticker = null;
}
