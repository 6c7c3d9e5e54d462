import { endOfTurn } from "../kv/end_of_turn.ts";
import { keys } from "../kv/keys.ts";
import type { Signals } from "../kv/signals.ts";
import { PulledBodies } from "../pulled_bodies.ts";
import { findWorkspace } from "../workspaces/find_workspace.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { liveMessages, type LivePace, type WatchedTopic } from "./live_messages.ts";
import type { LiveTopic } from "./live_topic.ts";

/** How many pages one process tells of changes at once. */
export const MAX_LIVE = 200;

/** What a page follows, and for whom. */
export interface LiveView {
  topics: readonly LiveTopic[];
  /** Whether whoever looks at it still may. */
  mayRead(): Promise<boolean>;
}

interface Deps {
  workspaces: WorkspaceStore;
  signals: Pick<Signals, "watch">;
  /** How often something is said, unless it is as it should be for people. */
  pace?: LivePace;
}

/** Tells pages that something changed, whichever process did it. */
export class LiveStreams {
  readonly #deps: Deps;
  readonly #bodies = new PulledBodies({ what: "pages that follow changes", max: MAX_LIVE });
  readonly #ending = new AbortController();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** How many pages are told. */
  get size(): number {
    return this.#bodies.size;
  }

  /**
   * Tells a page which of its topics changed, as server-sent events, until its reader may not
   * look any more.
   *
   * Throws `too_many`, `shutting_down`, and `not_found` for a workspace that is not there.
   */
  async open({ topics, mayRead }: LiveView): Promise<ReadableStream<Uint8Array>> {
    const { signals, pace } = this.#deps;
    const watched = await Promise.all(topics.map((topic) => this.#watchedOf(topic)));
    return this.#bodies.open((left) => {
      const signal = AbortSignal.any([left, this.#ending.signal]);
      return liveMessages({ signals, watched: watched.flat(), mayRead, signal, pace });
    });
  }

  /** Ends them all as streams end; pages ask again, and another process answers. */
  async close(): Promise<void> {
    this.#ending.abort();
    await endOfTurn();
    await this.#bodies.close();
  }

  async #watchedOf(topic: LiveTopic): Promise<WatchedTopic[]> {
    switch (topic) {
      case "calls":
        return [{ topic, key: keys.anyCallsBell }];
      case "servers":
        return [{ topic, key: keys.serversBell }, { topic, key: keys.eventBell }];
      case "events":
        return [{ topic, key: keys.eventBell }];
      case "changes":
        return [{ topic, key: keys.auditHead }];
      default: {
        const { id } = await findWorkspace(this.#deps, topic.slice("calls:".length));
        return [{ topic, key: keys.callsBell(id) }];
      }
    }
  }
}
