import { WakeUp } from "../calls/wake_up.ts";
import type { Signals } from "../kv/signals.ts";
import { pause } from "../pause.ts";
import type { LiveTopic } from "./live_topic.ts";

/** How often something is said. */
export interface LivePace {
  /** A sign of life where nothing happens; its reader is let in anew as often. */
  keepAliveMs: number;
  /** However much happens, so much time lies between two messages. */
  betweenMs: number;
}

const USUAL_PACE: LivePace = { keepAliveMs: 15_000, betweenMs: 1_000 };

/** After how long a browser comes back by itself when a process has ended. */
const RETRY_MS = 2_000;

/** A topic, and a key that is written with each of its changes. */
export interface WatchedTopic {
  topic: LiveTopic;
  key: readonly string[];
}

interface Following {
  signals: Pick<Signals, "watch">;
  watched: readonly WatchedTopic[];
  /** Whether whoever is told may still know. */
  mayRead(): Promise<boolean>;
  signal: AbortSignal;
  pace?: LivePace;
}

/**
 * Says which topics changed, as server-sent events: a JSON array of their names, at most once a
 * second.
 *
 * The first message comes as soon as nothing can be missed any more, and names every topic. An
 * event `end` says that the reader may not look any more; other ends say nothing of that kind.
 */
export async function* liveMessages(
  { signals, watched, mayRead, signal, pace = USUAL_PACE }: Following,
): AsyncGenerator<string> {
  const wakeUp = new WakeUp(signal);
  const changed = new Set<LiveTopic>();
  using watches = new DisposableStack();
  for (const { topic, key } of watched) {
    watches.use(signals.watch(key, () => {
      changed.add(topic);
      wakeUp.ring();
    }));
  }
  yield `retry: ${RETRY_MS}\n\n`;

  for (;;) {
    const hasChanged = await wakeUp.within(pace.keepAliveMs);
    if (signal.aborted) return;
    if (!await mayRead()) {
      yield "event: end\ndata: []\n\n";
      return;
    }
    if (!hasChanged) {
      yield ": nothing new\n\n";
      continue;
    }
    const topics = [...changed];
    changed.clear();
    yield `data: ${JSON.stringify(topics)}\n\n`;
    await pause(pace.betweenMs, signal);
  }
}
