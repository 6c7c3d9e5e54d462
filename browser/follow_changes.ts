import { refreshPage } from "./refresh_page.ts";

/** Pauses after failures, each twice the one before. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** How a page is doing that brings itself up to date. */
export type LiveState = "starting" | "live" | "polling" | "offline" | "signed_out" | "gone";

/**
 * Brings the page up to date whenever one of these topics changed; gives what ends it.
 *
 * While nobody sees the page it holds no connection, of which browsers have few; once it is seen
 * again it catches up.
 */
export function followChanges(
  topics: readonly string[],
  say: (state: LiveState) => void,
): () => void {
  const ending = new AbortController();
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let refreshing: Promise<boolean> | null = null;
  let isOutdated = false;

  /** Whether the page is as it should be; asked for again meanwhile, it is fetched once more. */
  function refresh(): Promise<boolean> {
    isOutdated = true;
    return refreshing ??= run().finally(() => refreshing = null);
  }

  async function run(): Promise<boolean> {
    while (isOutdated) {
      isOutdated = false;
      const became = await refreshPage(ending.signal);
      if (ending.signal.aborted) return false;
      if (became === "signed_out" || became === "gone") {
        say(became);
        end();
      }
      if (became !== "done") return false;
    }
    return true;
  }

  function open(): void {
    close();
    if (ending.signal.aborted || document.hidden) return;
    const stream = source = new EventSource(`/live?topics=${topics.join(",")}`);
    stream.onmessage = async () => {
      if (await refresh()) {
        failures = 0;
        if (stream === source) say("live");
      } else if (stream === source) tryLater("offline");
    };
    stream.addEventListener("end", () => void lost());
    stream.onerror = () => void lost();
  }

  /** The stream ended: the page itself says whether anybody may look at it still. */
  async function lost(): Promise<void> {
    close();
    const isThere = await refresh();
    if (!ending.signal.aborted) tryLater(isThere ? "polling" : "offline");
  }

  function tryLater(state: LiveState): void {
    close();
    // A process that ended is followed by another one at once: that is nothing to speak of.
    if (failures > 0 || state === "offline") say(state);
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** failures++, LONGEST_PAUSE_MS);
    timer = setTimeout(open, pauseMs * (1 + Math.random() / 4));
  }

  function close(): void {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function end(): void {
    ending.abort();
    close();
    document.removeEventListener("visibilitychange", open);
    removeEventListener("online", open);
  }

  document.addEventListener("visibilitychange", open);
  addEventListener("online", open);
  open();
  return end;
}
