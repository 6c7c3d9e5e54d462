import type { DefinitionChangeEvent } from "../events/event.ts";
import type { ServerId } from "../ids.ts";
import type { JsonObject } from "../mcp/message.ts";
import type { ListKind } from "../mcp/methods.ts";
import { definitionDiff, IN_EVENT } from "./definition_diff.ts";
import { factsOf } from "./definition_hash.ts";
import { keptDefinition } from "./kept_definition.ts";
import { changesIn, type Listing, type News, pinKey, type PinnedKind, type Pins } from "./pin.ts";
import type { PinStore, PinUpdate } from "./pin_store.ts";

interface ServerRef {
  id: ServerId;
  slug: string;
}

interface Known {
  pins: Pins;
  /** Until then a list is compared with it without a look at the store. */
  goodUntilMs: number;
}

/**
 * Pins that are new or changed in one commit, and events that go with them: all of these are
 * one value of 64 KiB, and whatever a server writes into them has to fit.
 */
const PER_COMMIT = { limit: 40, newsLimit: 4 };

const KEEP_MS = 5 * 60_000;
const MAX_SERVERS = 1_000;

const KINDS: Partial<Record<ListKind, PinnedKind>> = { tools: "tool", prompts: "prompt" };

/**
 * What one process knows of the definitions that are trusted, and the comparing of every
 * list that is read with them.
 *
 * Whatever changes them moves their revision and, where definitions are held, the epoch of
 * the workspace: a call goes by the revision of its snapshot and needs no look of its own.
 */
export class KnownDefinitions {
  readonly #pins: PinStore;
  readonly #now: () => Date;
  readonly #log: (line: string) => void;
  readonly #known = new Map<ServerId, Known>();
  readonly #turns = new Map<ServerId, Promise<unknown>>();

  constructor(deps: { pins: PinStore; now: () => Date; log: (line: string) => void }) {
    this.#pins = deps.pins;
    this.#now = deps.now;
    this.#log = deps.log;
  }

  /** The pins of a server at this revision or a later one. */
  async pinsOf(server: ServerId, revision: number): Promise<Pins> {
    const known = this.#known.get(server);
    if (known !== undefined && known.pins.head.revision >= revision) return known.pins;
    return await this.#inTurn(server, async () => {
      const now = this.#known.get(server);
      if (now !== undefined && now.pins.head.revision >= revision) return now.pins;
      return this.#keep(server, await this.#pins.read(server));
    });
  }

  /** Whether a whole list of this kind was taken over as trusted, as far as is known here. */
  hasBegun(server: ServerId, kind: ListKind): boolean {
    const pinned = KINDS[kind];
    const begun = this.#known.get(server)?.pins.head.begun ?? [];
    return pinned === undefined || begun.includes(pinned);
  }

  /**
   * Compares a list, or a page of one, with the definitions that are pinned: the first whole
   * list is trusted, and what differs later is kept for an admin, once for each difference.
   *
   * Never throws; gives the revision of the pins, and -1 when they could not be looked at.
   */
  async compare(
    server: ServerRef,
    kind: ListKind,
    items: readonly JsonObject[],
    isWhole: boolean,
  ): Promise<number> {
    const pinned = KINDS[kind];
    if (pinned === undefined) return 0;
    const listing = { kind: pinned, facts: factsOf(items), isWhole };
    const known = this.#good(server.id);
    if (known !== null && this.#isNothingNew(known, listing)) return known.head.revision;

    try {
      return await this.#inTurn(server.id, () => this.#record(server, listing, items));
    } catch (error) {
      this.#log(`Cannot pin definitions of "${server.slug}": ${error}`);
      return -1;
    }
  }

  async #record(
    server: ServerRef,
    listing: Listing,
    items: readonly JsonObject[],
  ): Promise<number> {
    let known = this.#good(server.id);
    while (known === null || !this.#isNothingNew(known, listing)) {
      const recorded = await this.#pins.record(
        server.id,
        known,
        (pins) => this.#updateFor(server, pins, listing, items),
      );
      if (recorded === null) return 0;
      const isStill = known !== null && recorded.head.revision === known.head.revision;
      known = this.#keep(server.id, recorded);
      if (isStill) break;
    }
    return known.head.revision;
  }

  #isNothingNew(pins: Pins, listing: Listing): boolean {
    return changesIn(pins, listing, { now: this.#now(), ...PER_COMMIT }) === null;
  }

  async #updateFor(
    server: ServerRef,
    pins: Pins,
    listing: Listing,
    items: readonly JsonObject[],
  ): Promise<PinUpdate | null> {
    const changes = changesIn(pins, listing, { now: this.#now(), ...PER_COMMIT });
    if (changes === null) return null;

    const byName = new Map(items.map((item) => [String(item.name), item]));
    const definitions = changes.pins.flatMap((pin) => {
      const item = byName.get(pin.name);
      const hash = listing.facts.get(pin.name)?.definition;
      if (item === undefined || hash === undefined) return [];
      return [{ pinKey: pinKey(pin.kind, pin.name), hash, bytes: keptDefinition(item) }];
    });
    const events = await Promise.all(
      changes.news.map((news) => this.#eventOf(server, news, byName.get(news.pin.name))),
    );
    return {
      pins: changes.pins,
      definitions,
      begun: changes.begun === null ? [] : [changes.begun],
      events,
      outdatesLists: changes.news.length > 0,
    };
  }

  async #eventOf(
    server: ServerRef,
    { pin, change }: News,
    item: JsonObject | undefined,
  ): Promise<DefinitionChangeEvent> {
    const trusted = pin.approved.at(-1);
    const before = trusted === undefined
      ? null
      : await this.#pins.definition(server.id, pinKey(pin.kind, pin.name), trusted);
    return {
      kind: "definition_change",
      at: change.seenAt,
      serverId: server.id,
      server: server.slug,
      item: pin.kind,
      tool: pin.name.slice(0, MAX_NAME_CHARS).toWellFormed(),
      change: change.change,
      diff: definitionDiff(before, item ?? null, IN_EVENT),
    };
  }

  #good(server: ServerId): Pins | null {
    const known = this.#known.get(server);
    return known !== undefined && known.goodUntilMs > this.#now().getTime() ? known.pins : null;
  }

  #keep(server: ServerId, pins: Pins): Pins {
    const known = this.#known.get(server)?.pins;
    const newest = known !== undefined && known.head.revision > pins.head.revision ? known : pins;
    this.#known.delete(server);
    const oldest = this.#known.keys().next();
    if (this.#known.size >= MAX_SERVERS && !oldest.done) this.#known.delete(oldest.value);
    this.#known.set(server, { pins: newest, goodUntilMs: this.#now().getTime() + KEEP_MS });
    return newest;
  }

  /** One look or commit for each server at a time: the next one finds what it needs. */
  #inTurn<T>(server: ServerId, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(server) ?? Promise.resolve();
    const mine = before.catch(() => {}).then(work);
    this.#turns.set(server, mine);
    const done = () => {
      if (this.#turns.get(server) === mine) this.#turns.delete(server);
    };
    mine.then(done, done);
    return mine;
  }
}

/** A name may be as long as its server likes. */
const MAX_NAME_CHARS = 200;
