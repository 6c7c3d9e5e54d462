import type { ServerId } from "../ids.ts";

import { VERSION } from "../version.ts";
import { CHANGEABLE, type Changeable, listOfChange } from "../mcp/list_changes.ts";
import type { Connector } from "./connector.ts";
import type { ListCache } from "./list_cache.ts";
import { type Caller, NO_HEADERS, type Target } from "./upstream.ts";

/** What a watch tells of: a list of a server has changed, or may have. */
export type OnListChanged = (serverId: ServerId, list: Changeable) => void;

/** One user's part in the watch of a server, until it is disposed of. */
export interface Watching extends Disposable {
  /** Lets it begin at once; resolves when the server listens, or could not be made to. */
  begun(): Promise<void>;
}

interface Watch {
  target: Target;
  users: number;
  isStarted: boolean;
  /** Resolves when the first attempt has come to something. */
  first: PromiseWithResolvers<void>;
  ending: AbortController;
  /** Ends the pause of a watch that waits for a failed server, or has nothing to wait for. */
  wake: () => void;
}

/** On whose behalf servers are watched: nobody's, so nothing personal is ever seen. */
const WATCHER: Caller = {
  memberId: "gateway",
  sessionKey: "watch",
  era: "modern",
  client: {
    protocolVersion: "2026-07-28",
    info: { name: "aerostack-gateway", version: VERSION },
    capabilities: {},
  },
  headers: NO_HEADERS,
};

const EVERY_LIST = {
  toolsListChanged: true,
  promptsListChanged: true,
  resourcesListChanged: true,
};

/** Streams that are opened and dropped at once ask nothing of the servers. */
const START_AFTER_MS = 1_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Listens at servers for changes of their lists, once for all clients of this process
 * that want to hear of them.
 *
 * A server that cannot be reached is tried again, ever less often; when it is back, its
 * lists count as changed, so that its tools come back by themselves.
 */
export class ServerWatches {
  readonly #connector: Connector;
  readonly #lists: ListCache;
  readonly #onListChanged: OnListChanged;
  readonly #watches = new Map<string, Watch>();

  constructor(connector: Connector, lists: ListCache, onListChanged: OnListChanged) {
    this.#connector = connector;
    this.#lists = lists;
    this.#onListChanged = onListChanged;
  }

  /**
   * Watches a server, at one version of its configuration, until it is disposed of. It is
   * listened to in nobody's name, with what is shared of its secrets.
   */
  watch(target: Target): Watching {
    const watch = this.#watches.get(target.sharedFingerprint) ?? this.#begin(target);
    watch.users++;
    let isOver = false;
    return {
      begun: () => {
        if (!watch.isStarted) watch.wake();
        return watch.first.promise;
      },
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        watch.users--;
        if (watch.users === 0) this.#end(watch);
      },
    };
  }

  /** Says that a server has just failed to list: whoever watches it looks for its return. */
  reportFailure(target: Target): void {
    const watch = this.#watches.get(target.sharedFingerprint);
    if (watch === undefined) return;
    this.#failed.add(watch);
    watch.wake();
  }

  /**
   * Says that a modern server has just listed: whoever saw it wants to hear of changes from
   * now on, and nothing else tells of them. A legacy server tells its own sessions.
   */
  reportListed(target: Target): void {
    const watch = this.#watches.get(target.sharedFingerprint);
    if (watch !== undefined && !watch.isStarted) watch.wake();
  }

  readonly #failed = new Set<Watch>();

  /** Ends every watch. */
  close(): void {
    for (const watch of [...this.#watches.values()]) this.#end(watch);
  }

  #begin(target: Target): Watch {
    const watch: Watch = {
      target,
      users: 0,
      isStarted: false,
      first: Promise.withResolvers(),
      ending: new AbortController(),
      wake: () => {},
    };
    this.#watches.set(target.sharedFingerprint, watch);
    void this.#run(watch);
    return watch;
  }

  #end(watch: Watch): void {
    this.#watches.delete(watch.target.sharedFingerprint);
    this.#failed.delete(watch);
    this.#lists.setWatched(watch.target, false);
    watch.ending.abort();
    watch.wake();
    const { fingerprint } = watch.target;
    const isOver = (target: Target) => target.fingerprint === fingerprint;
    this.#connector.endSessionsWhere(WATCHER.memberId, isOver);
  }

  async #run(watch: Watch): Promise<void> {
    const { signal } = watch.ending;
    await pause(watch, START_AFTER_MS);
    watch.isStarted = true;

    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const heard = await this.#attend(watch);
      if (signal.aborted) return;
      if (heard === "nothing to hear") {
        await pause(watch, null);
        continue;
      }
      await pause(watch, pauseMs);
      pauseMs = heard === "ended" ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /** Listens until the server ends it. */
  async #attend(watch: Watch): Promise<"ended" | "failed" | "nothing to hear"> {
    const { target, ending } = watch;
    let isHeard = false;
    try {
      await this.#connector.attend({
        target,
        caller: WATCHER,
        filter: EVERY_LIST,
        signal: ending.signal,
        onReady: (acknowledged) => {
          watch.first.resolve();
          if (ending.signal.aborted) return;
          isHeard = Object.values(acknowledged).some((value) => value === true);
          if (isHeard) this.#lists.setWatched(target, true);
          if (this.#failed.delete(watch)) this.#changedAll(target.id);
        },
        onNotification: ({ method }) => {
          const list = listOfChange(method);
          if (list !== null) this.#onListChanged(target.id, list);
        },
      });
    } catch {
      // What is wrong with it, those who call it are told.
      if (!ending.signal.aborted) this.#failed.add(watch);
      return "failed";
    } finally {
      watch.first.resolve();
      // Somebody else may watch the server already when this watch has ended.
      if (!ending.signal.aborted) this.#lists.setWatched(target, false);
    }

    if (ending.signal.aborted) return "ended";
    if (this.#failed.delete(watch)) this.#changedAll(target.id);
    // What happened until the next stream is open is not heard of.
    if (isHeard) this.#failed.add(watch);
    return isHeard ? "ended" : "nothing to hear";
  }

  #changedAll(serverId: ServerId): void {
    for (const list of CHANGEABLE) {
      this.#onListChanged(serverId, list);
    }
  }
}

/** Waits for a time, or without a limit, unless somebody wakes the watch earlier. */
function pause(watch: Watch, delayMs: number | null): Promise<void> {
  if (watch.ending.signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = delayMs === null ? undefined : setTimeout(() => watch.wake(), delayMs);
    watch.wake = () => {
      clearTimeout(timer);
      watch.wake = () => {};
      resolve();
    };
  });
}
