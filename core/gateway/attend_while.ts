import type { AttendCall } from "../upstream/attend.ts";
import type { Connector } from "../upstream/connector.ts";
import { pause } from "../pause.ts";
import type { Target } from "../upstream/upstream.ts";

/** A wish to hear of resources, whatever happens to the connection meanwhile. */
export interface Attendance extends Omit<AttendCall, "target" | "onReady"> {
  /** Rejects while the server may not be called. */
  target(): Promise<Target>;
  /** Calls back when the server may not be called any more, until it is disposed of. */
  onServerEnd(server: Target, end: () => void): Disposable;
  /** Called when the server listens for the first time, or could not be made to; maybe again. */
  onFirst(): void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** How long a client waits for the servers to listen before it is told that they do. */
const BEGIN_WITHIN_MS = 1_000;

/**
 * Attends a server until `signal` aborts: a stream that ends or a server that fails is
 * tried again, ever less often, and one that may not be called is left alone. Never throws.
 */
export async function attendWhile(connector: Connector, attendance: Attendance): Promise<void> {
  const { signal } = attendance;
  let pauseMs = FIRST_PAUSE_MS;

  while (!signal.aborted) {
    const target = await attendance.target().catch(() => null);
    // One that may not be called is asked nothing, so it is as good as there when it may be.
    if (target === null) pauseMs = FIRST_PAUSE_MS;
    else await attendOnce(connector, attendance, target, () => pauseMs = FIRST_PAUSE_MS);
    attendance.onFirst();
    await pause(pauseMs, signal);
    if (target !== null) pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

async function attendOnce(
  connector: Connector,
  attendance: Attendance,
  target: Target,
  onReady: () => void,
): Promise<void> {
  const ending = new AbortController();
  using _end = attendance.onServerEnd(target, () => ending.abort());
  try {
    await connector.attend({
      ...attendance,
      target,
      signal: AbortSignal.any([attendance.signal, ending.signal]),
      onReady: () => {
        onReady();
        attendance.onFirst();
      },
    });
  } catch {
    // Who calls the server is told what is wrong with it.
  }
}

/** Waits for what began to listen, but not for long: a slow server must not keep all waiting. */
export async function allBegun(firsts: readonly Promise<void>[]): Promise<void> {
  if (firsts.length === 0) return;
  const enough = new AbortController();
  await Promise.race([Promise.all(firsts), pause(BEGIN_WITHIN_MS, enough.signal)]);
  enough.abort();
}
