import type { AttendCall } from "../upstream/attend.ts";
import type { Connector } from "../upstream/connector.ts";
import { pause } from "../upstream/pause.ts";
import type { Target } from "../upstream/upstream.ts";

/** A wish to hear of resources, whatever happens to the connection meanwhile. */
export interface Attendance extends Omit<AttendCall, "target" | "onReady"> {
  target(): Promise<Target>;
  /** Called when the server listens for the first time, or could not be made to; maybe again. */
  onFirst(): void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** How long a client waits for the servers to listen before it is told that they do. */
const BEGIN_WITHIN_MS = 1_000;

/**
 * Attends a server until `signal` aborts: a stream that ends or a server that fails is
 * tried again, ever less often. Never throws.
 */
export async function attendWhile(connector: Connector, attendance: Attendance): Promise<void> {
  const { signal, target } = attendance;
  let pauseMs = FIRST_PAUSE_MS;

  while (!signal.aborted) {
    try {
      await connector.attend({
        ...attendance,
        target: await target(),
        onReady: () => {
          pauseMs = FIRST_PAUSE_MS;
          attendance.onFirst();
        },
      });
    } catch {
      // Who calls the server is told what is wrong with it.
    }
    attendance.onFirst();
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** Waits for what began to listen, but not for long: a slow server must not keep all waiting. */
export async function allBegun(firsts: readonly Promise<void>[]): Promise<void> {
  if (firsts.length === 0) return;
  const enough = new AbortController();
  await Promise.race([Promise.all(firsts), pause(BEGIN_WITHIN_MS, enough.signal)]);
  enough.abort();
}
