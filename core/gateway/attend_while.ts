import { afterAbout } from "../coarse_timer.ts";
import type { RpcNotification } from "../mcp/message.ts";
import type { AttendCall } from "../upstream/attend.ts";
import type { Connector } from "../upstream/connector.ts";
import { pause } from "../pause.ts";
import type { Target } from "../upstream/upstream.ts";

/** A wish to hear of resources, whatever happens to the connection meanwhile. */
export interface Attendance extends Omit<AttendCall, "target" | "onReady"> {
  /**
   * Whether the client counts on hearing of a resource. Where the server begins to listen
   * only then, it may have changed unheard, and counts as updated.
   */
  isPromised(uri: string): boolean;
  /** Rejects while the server may not be called. */
  target(): Promise<Target>;
  /** Calls back when the server may not be called any more, until it is disposed of. */
  onServerEnd(server: Target, end: () => void): Disposable;
  /** Called whenever the server begins to listen, and when it does not, or no longer. */
  onHearing(isHearing: boolean): void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** A stream that lasted this long was a good one: the server is asked again soon. */
const LASTING_MS = 60_000;

/** How long a client waits for the servers to listen before it is told that they do. */
const BEGIN_WITHIN_MS = 1_000;

/**
 * Attends a server until `signal` aborts: a stream that ends or a server that fails is
 * tried again, ever less often, and one that may not be called is left alone. Who was promised
 * to hear misses nothing: what may have changed in between counts as updated. Never throws.
 */
export async function attendWhile(connector: Connector, attendance: Attendance): Promise<void> {
  const { signal } = attendance;
  let pauseMs = FIRST_PAUSE_MS;

  while (!signal.aborted) {
    const target = await attendance.target().catch(() => null);
    // One that may not be called is asked nothing, so it is as good as there when it may be.
    if (target === null) pauseMs = FIRST_PAUSE_MS;
    else await attendOnce(connector, attendance, target, () => pauseMs = FIRST_PAUSE_MS);
    attendance.onHearing(false);
    await pause(pauseMs, signal);
    if (target !== null) pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

async function attendOnce(
  connector: Connector,
  attendance: Attendance,
  target: Target,
  onLasting: () => void,
): Promise<void> {
  const ending = new AbortController();
  using lasting = new DisposableStack();
  using _end = attendance.onServerEnd(target, () => ending.abort());
  try {
    await connector.attend({
      ...attendance,
      target,
      signal: AbortSignal.any([attendance.signal, ending.signal]),
      onReady: async ({ resourceSubscriptions = [] }) => {
        lasting.use(afterAbout(LASTING_MS, onLasting));
        const missed = resourceSubscriptions.filter((uri) => attendance.isPromised(uri));
        attendance.onHearing(true);
        for (const uri of missed) await attendance.onNotification(updated(uri));
      },
    });
  } catch {
    // Who calls the server is told what is wrong with it.
  }
}

function updated(uri: string): RpcNotification {
  return { jsonrpc: "2.0", method: "notifications/resources/updated", params: { uri } };
}

/** Waits for what began to listen, but not for long: a slow server must not keep all waiting. */
export async function allBegun(firsts: readonly Promise<void>[]): Promise<void> {
  if (firsts.length === 0) return;
  const enough = new AbortController();
  await Promise.race([Promise.all(firsts), pause(BEGIN_WITHIN_MS, enough.signal)]);
  enough.abort();
}
