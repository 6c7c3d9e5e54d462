import { z } from "zod";
import { commitWithRetry } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { type PackCursor, packCursor, readPackCursor } from "../kv/pack_cursor.ts";
import type { Page, PageQuery } from "../kv/pages.ts";
import { parseRecord } from "../kv/records.ts";
import { Event, type EventKind } from "./event.ts";

/** For how long events are kept. */
export const EVENT_DAYS = 90;
/** The same, in milliseconds. */
export const EVENTS_KEPT_MS = EVENT_DAYS * 24 * 60 * 60 * 1000;

/** The most events of one commit; their texts are short or cut by who writes them. */
const MAX_GROUP = 20;
/** How many records one page looks at, however few of them it is asked for. */
const MAX_LOOKED_AT = 5_000;
const BATCH_SIZE = 100;
/** For how long an event keeps others of its name from the record. */
const MARK_MS = 60_000;

/** The events of one commit, in their order. */
const EventGroup = z.object({ events: z.array(Event) });

/** Which events are asked for. */
export interface EventFilter {
  /** Only of the server with this slug. */
  server?: string;
  kind?: EventKind;
}

/** Keeps what admins should see, for 90 days. No other module reads or writes its keys. */
export class EventStore {
  readonly #kv: Deno.Kv;
  readonly #now: () => Date;

  constructor(kv: Deno.Kv, now: () => Date) {
    this.#kv = kv;
    this.#now = now;
  }

  /** Puts events on the record by themselves. */
  async add(events: readonly Event[]): Promise<void> {
    for (let from = 0; from < events.length; from += MAX_GROUP) {
      const group = events.slice(from, from + MAX_GROUP);
      await commitWithRetry("record events", () => {
        return Promise.resolve({ atomic: this.addTo(this.#kv.atomic(), group), result: null });
      });
    }
  }

  /** Puts events into a commit of something else: at most 20, and once for each commit. */
  addTo(atomic: Deno.AtomicOperation, events: readonly Event[]): Deno.AtomicOperation {
    if (events.length === 0) return atomic;
    const key = keys.events(this.#kv.commitVersionstamp());
    return atomic.set(key, { events }, { expireIn: EVENTS_KEPT_MS }).set(keys.eventBell, true);
  }

  /**
   * Puts an event into a commit of something else, unless one of the same name went on the
   * record less than a minute ago, by whichever process.
   */
  async addOnceAMinute(
    atomic: Deno.AtomicOperation,
    name: string,
    event: Event,
  ): Promise<void> {
    const mark = await this.#kv.get<number>(keys.eventMark(name));
    const nowMs = this.#now().getTime();
    // One that lies far ahead was set by a clock that was wrong.
    if (mark.value !== null && Math.abs(nowMs - mark.value) < MARK_MS) return;
    atomic.check(mark).set(mark.key, nowMs, { expireIn: MARK_MS });
    this.addTo(atomic, [event]);
  }

  /** The place of the last events; `null` when there are none. */
  async lastPlace(): Promise<string | null> {
    const selector = { prefix: prefixes.events };
    for await (const { key } of this.#kv.list(selector, { reverse: true, limit: 1 })) {
      return String(key.at(-1));
    }
    return null;
  }

  /** The events of each commit from one on, that one included, in the order of their commits. */
  async *groupsFrom(
    versionstamp: string,
  ): AsyncGenerator<{ versionstamp: string; events: Event[] }> {
    const prefix = prefixes.events;
    const selector = versionstamp === ""
      ? { prefix }
      : { prefix, start: keys.events(versionstamp) };
    for await (const { key, value } of this.#kv.list(selector, { batchSize: BATCH_SIZE })) {
      // What cannot be read must not hide what follows it.
      const { data } = EventGroup.safeParse(value);
      yield { versionstamp: String(key.at(-1)), events: data?.events ?? [] };
    }
  }

  /**
   * The events that a filter lets through, newest first. A page may have fewer than it
   * could, even none, and a cursor all the same. Throws `invalid_input` for a wrong cursor.
   */
  async list(filter: EventFilter, { limit, cursor }: PageQuery): Promise<Page<Event>> {
    const start = readPackCursor(cursor);
    const oldest = new Date(this.#now().getTime() - EVENTS_KEPT_MS).toISOString();
    const items: Event[] = [];
    let last = "";
    let lookedAt = 0;

    for await (const { versionstamp, events } of this.#groupsBackwards(start)) {
      const before = versionstamp === start?.versionstamp ? start.index : events.length;
      for (let index = Math.min(before, events.length) - 1; index >= 0; index--) {
        const isFull = items.length === limit || lookedAt === MAX_LOOKED_AT;
        if (isFull) return { items, nextCursor: last };
        lookedAt++;
        last = packCursor({ versionstamp, index });
        const event = events[index];
        if (event.at >= oldest && isWanted(event, filter)) items.push(event);
      }
    }

    return { items, nextCursor: null };
  }

  async *#groupsBackwards(start: PackCursor | null) {
    const prefix = prefixes.events;
    // An end is exclusive; this one lies just behind the group of the cursor.
    const selector = start === null
      ? { prefix }
      : { prefix, end: keys.events(`${start.versionstamp}\0`) };

    for await (const entry of this.#kv.list(selector, { reverse: true, batchSize: BATCH_SIZE })) {
      const { events } = parseRecord(EventGroup, entry);
      yield { versionstamp: String(entry.key.at(-1)), events };
    }
  }
}

function isWanted(event: Event, { server, kind }: EventFilter): boolean {
  return (server === undefined || event.server === server) &&
    (kind === undefined || event.kind === kind);
}
