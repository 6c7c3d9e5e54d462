import { THE_GATEWAY } from "../audit/actor.ts";
import { afterAbout } from "../coarse_timer.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { ExchangeSubject, LeakWatch, Sighting } from "../upstream/echo_guard.ts";
import type { Target } from "../upstream/upstream.ts";
import type { Event, LeakEvent } from "./event.ts";
import type { EventStore } from "./event_store.ts";

interface Deps {
  events: EventStore;
  servers: ServerStore;
  now: () => Date;
  log: (line: string) => void;
}

/** A minute of leaks that say the same. */
interface Window {
  event: LeakEvent;
  /** Settles when the first of them is on the record. */
  recorded: Promise<void>;
  /** How many were seen after it. */
  more: number;
  end: Disposable;
}

/** For so long, leaks that say the same are counted and not recorded each. */
const WINDOW_MS = 60_000;
/** How many different leaks are told apart in that time; the rest are told by secret alone. */
const MAX_WINDOWS = 1_000;

/**
 * Puts leaks on the record: the first at once, those that say the same as one event a
 * minute. Blocks servers whose owner wants that, in the commit that says why.
 */
export class LeakReports implements LeakWatch {
  readonly #deps: Deps;
  readonly #windows = new Map<string, Window>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Resolves when it is on the record, and the server is blocked if it is to be. */
  async seen(target: Target, sighting: Sighting, subject: ExchangeSubject | null): Promise<void> {
    const known = this.#windows.get(keyOf(target, sighting, subject));
    const isFull = known === undefined && this.#windows.size >= MAX_WINDOWS;
    const about = isFull ? null : subject;
    const key = keyOf(target, sighting, about);
    const window = known ?? this.#windows.get(key);

    if (window === undefined) {
      await this.#begin(key, target, this.#eventOf(target, sighting, about));
      return;
    }
    window.more++;
    await window.recorded;
    // It may have been enabled again in this minute.
    if (target.onLeak === "block") await this.#block(target, []);
  }

  /** Records what was counted. */
  async close(): Promise<void> {
    const windows = [...this.#windows];
    for (const [, { end }] of windows) end[Symbol.dispose]();
    await Promise.all(windows.map(([key]) => this.#end(key)));
  }

  async #begin(key: string, target: Target, event: LeakEvent): Promise<void> {
    const recorded = target.onLeak === "block"
      ? this.#block(target, [event])
      : this.#deps.events.add([event]);
    const end = afterAbout(WINDOW_MS, () => void this.#end(key));
    this.#windows.set(key, { event, recorded, more: 0, end });
    try {
      await recorded;
    } catch (error) {
      end[Symbol.dispose]();
      this.#windows.delete(key);
      throw error;
    }
  }

  async #end(key: string): Promise<void> {
    const window = this.#windows.get(key);
    this.#windows.delete(key);
    if (window === undefined || window.more === 0) return;
    const at = this.#deps.now().toISOString();
    try {
      await this.#deps.events.add([{ ...window.event, at, times: window.more }]);
    } catch {
      this.#deps.log(`Cannot record ${window.more} leaks of "${window.event.server}"`);
    }
  }

  /** Disables a server with the events that say why; those alone where it is disabled. */
  async #block({ id, slug }: Target, events: readonly Event[]): Promise<void> {
    const at = this.#deps.now().toISOString();
    const blocked: Event = {
      kind: "server_blocked",
      at,
      serverId: id,
      server: slug,
      reason: "leak",
    };
    const isNew = await this.#deps.servers.block(
      THE_GATEWAY,
      id,
      { at, reason: "leak", by: THE_GATEWAY.name },
      (atomic) => void this.#deps.events.addTo(atomic, [...events, blocked]),
    );
    if (!isNew) await this.#deps.events.add(events);
  }

  #eventOf(
    { id, slug }: Target,
    { name, form, place }: Sighting,
    subject: ExchangeSubject | null,
  ): LeakEvent {
    return {
      kind: "leak",
      at: this.#deps.now().toISOString(),
      serverId: id,
      server: slug,
      secret: name,
      form,
      place,
      method: subject?.method ?? null,
      tool: subject?.item ?? null,
      times: 1,
    };
  }
}

function keyOf(target: Target, { name }: Sighting, subject: ExchangeSubject | null): string {
  return JSON.stringify([target.id, name, subject?.method, subject?.item]);
}
