import type { WorkspaceId } from "../ids.ts";
import type { Call } from "./call.ts";
import { type CallFeed, callsOf } from "./call_feed.ts";
import {
  behindPack,
  isPackEnd,
  LOG_START,
  type LogPosition,
  logPosition,
  placeInPack,
} from "./log_position.ts";

/** Whoever adds up is quick, and reads much. */
const READ_AHEAD = 32;

/** A call and its place in the log. */
export interface PlacedCall {
  position: LogPosition;
  call: Call;
}

/**
 * The calls of the log with their places, for whoever counts them: a pack that cannot be read ends
 * the reading with an error, since nobody could say what was counted.
 */
export class PlacedCalls {
  readonly #feed: Pick<CallFeed, "from" | "first">;

  constructor(feed: Pick<CallFeed, "from" | "first">) {
    this.#feed = feed;
  }

  /** All calls after a place, by pack; strongly consistent, so none that is there is missing. */
  async *after(workspaceId: WorkspaceId, position: LogPosition): AsyncGenerator<PlacedCall[]> {
    for await (const pack of this.#packs(workspaceId, position, null)) {
      const calls = pack.filter((call) => call.position > position);
      if (calls.length > 0) yield calls;
    }
  }

  /** The calls from one place to another one, both included, by pack. */
  async *between(
    workspaceId: WorkspaceId,
    first: LogPosition,
    last: LogPosition,
  ): AsyncGenerator<PlacedCall[]> {
    for await (const pack of this.#packs(workspaceId, first, placeInPack(last).versionstamp)) {
      const calls = pack.filter(({ position }) => position >= first && position <= last);
      if (calls.length > 0) yield calls;
    }
  }

  /** Where the log begins that was not forgotten yet; `null` when there is none. */
  async oldest(workspaceId: WorkspaceId): Promise<LogPosition | null> {
    const first = await this.#feed.first(workspaceId);
    return first === null ? null : logPosition(first, 0);
  }

  async *#packs(
    workspaceId: WorkspaceId,
    from: LogPosition,
    upTo: string | null,
  ): AsyncGenerator<PlacedCall[]> {
    const stretch = { upTo, readAhead: READ_AHEAD };
    for await (const pack of this.#feed.from(workspaceId, firstPack(from), stretch)) {
      yield callsOf(pack).map((call, index) => {
        return { position: logPosition(pack.versionstamp, index), call };
      });
    }
  }
}

/** Where the pack of a place is, or the next one when nothing of it is behind that. */
function firstPack(position: LogPosition): string {
  if (position === LOG_START) return "";
  const { versionstamp } = placeInPack(position);
  return isPackEnd(position) ? behindPack(versionstamp) : versionstamp;
}
