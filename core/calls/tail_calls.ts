import { keys } from "../kv/keys.ts";
import { type PackCursor, packCursor, readPackCursor } from "../kv/pack_cursor.ts";
import type { Signals } from "../kv/signals.ts";
import type { CallView } from "./call.ts";
import { type CallFilter, callMatcher } from "./call_filter.ts";
import type { LoggedWorkspace } from "./call_log.ts";
import type { CallQueries } from "./call_queries.ts";
import { WakeUp } from "./wake_up.ts";

/** How often a sign of life is sent where nothing happens. */
const KEEP_ALIVE_MS = 15_000;

/** While calls come, whoever reads them is let in anew this often. */
const RECHECK_MS = 1_000;

/** Before every commit. */
const BEGINNING: PackCursor = { versionstamp: "0".repeat(20), index: 0 };

/** What following the log needs. */
export interface TailDeps {
  calls: Pick<CallQueries, "forward" | "lastPlace" | "shownFrom">;
  signals: Pick<Signals, "watch">;
  /** Milliseconds of a clock that nobody sets. */
  elapsedMs?: () => number;
}

/** What is followed, and for whom. */
export interface CallTail {
  workspace: LoggedWorkspace;
  filter: CallFilter;
  /** The id of the last call that was seen; `null` to begin with what comes from now on. */
  after: string | null;
  /** Whether whoever reads it still may. */
  mayRead(): Promise<boolean>;
}

/**
 * The calls of a workspace as they are committed, by whichever process, as server-sent events
 * whose ids are those of the calls.
 *
 * It ends when its reader may not read it any more. Who goes on after the last id misses nothing
 * and sees nothing twice. Throws `invalid_input` for an id that is none, before it begins.
 */
export async function tailCalls(
  { calls, signals, elapsedMs = () => performance.now() }: TailDeps,
  { workspace, filter, after, mayRead }: CallTail,
): Promise<(signal: AbortSignal) => AsyncGenerator<string>> {
  const isWanted = callMatcher({ ...filter, from: calls.shownFrom(workspace, filter.from) });
  const start = readPackCursor(after) ?? await calls.lastPlace(workspace.id) ?? BEGINNING;

  return async function* (signal) {
    const wakeUp = new WakeUp(signal);
    using _watch = signals.watch(keys.callsBell(workspace.id), wakeUp.ring);
    let place = start;
    let checkedMs = elapsedMs();
    let saidMs = checkedMs;
    yield signOfLife(place);

    while (!signal.aborted) {
      for await (const group of calls.forward(workspace.id, { after: place, upTo: null })) {
        place = readPackCursor(group.calls[group.calls.length - 1].id) ?? place;
        const nowMs = elapsedMs();
        // Where all that happens is filtered out, the reader hears that it is still followed.
        const isSilent = nowMs - saidMs > KEEP_ALIVE_MS;
        const events = group.calls.filter(isWanted).map(eventOf).join("");
        if (events === "" && !isSilent) continue;
        if (nowMs - checkedMs > RECHECK_MS) {
          if (!await mayRead()) return;
          checkedMs = elapsedMs();
        }
        saidMs = nowMs;
        yield events === "" ? signOfLife(place) : events;
      }
      if (await wakeUp.within(KEEP_ALIVE_MS) || signal.aborted) continue;
      if (!await mayRead()) return;
      checkedMs = saidMs = elapsedMs();
      yield signOfLife(place);
    }
  };
}

function eventOf(call: CallView): string {
  return `id: ${call.id}\ndata: ${JSON.stringify(call)}\n\n`;
}

/** Says how far the log was looked at, so that whoever comes back goes on there. */
function signOfLife(place: PackCursor): string {
  return `event: place\nid: ${packCursor(place)}\ndata: {}\n\n`;
}
