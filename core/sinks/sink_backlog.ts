import { formatOf } from "./sink_formats.ts";
import type { Sink, SinkContent } from "./sink.ts";
import type { SinkState, Unsent } from "./sink_progress.ts";
import type { SinkProgressStore } from "./sink_progress_store.ts";
import type { StreamName, StreamPack, StreamSource } from "./sink_stream.ts";

/** Which streams are looked at. */
export type Woken = ReadonlySet<StreamName> | "all";

/** How much goes into one request. */
export interface BatchLimits {
  records: number;
  bytes: number;
}

/** Records that are sent together, and where the sink is once it has them. */
export interface Batch {
  encoded: string[];
  cursors: Map<StreamName, string>;
  /** How many packs they come from; less than one is never sent. */
  packs: number;
  /** How many records beside them may not be shown any more. */
  lost: number;
}

/** What a look at records that nobody can send any more found. */
export interface Losses {
  records: number;
  cursors: Map<StreamName, string>;
}

/** How many cursors one commit moves, well within what a store takes. */
const MAX_CURSORS = 400;

/** How far a sink is in a stream of which it has not all. */
interface Place {
  position: string;
  /** Whether it has got nothing of it yet: what it cannot get any more, it has not lost. */
  isFirst: boolean;
  next: Unsent;
}

/** What the backlog of a sink is found with. */
export interface BacklogDeps {
  calls: StreamSource;
  audit: StreamSource;
  events: StreamSource;
  progress: SinkProgressStore;
  now: () => Date;
}

/**
 * What a sink has not got yet, by stream, in the order in which they have their turn.
 *
 * Each stream is taken in its order; one that does not fit into a batch goes to the end, so
 * that nobody's calls wait for all of another's.
 */
export class SinkBacklog {
  readonly #deps: BacklogDeps;
  readonly #sink: Sink;
  readonly #places = new Map<StreamName, Place>();

  constructor(deps: BacklogDeps, sink: Sink) {
    this.#deps = deps;
    this.#sink = sink;
  }

  /** The oldest record of all that are left; `null` when there is none. */
  get oldest(): Unsent | null {
    let oldest: Unsent | null = null;
    for (const { next } of this.#places.values()) {
      if (oldest === null || next.recordedAt < oldest.recordedAt) oldest = next;
    }
    return oldest;
  }

  /**
   * Adds what there is in these streams; says whether what `state` says was the oldest
   * unsent record is gone from the log without having been sent.
   */
  async add(woken: Woken, state: SinkState): Promise<{ hasVanished: boolean }> {
    if (woken !== "all" && woken.size === 0) return { hasVanished: false };
    const { progress } = this.#deps;
    const { id } = this.#sink;
    const begin = await progress.begin(id);

    if (woken !== "all") {
      const wanted = [...woken].filter((each) => this.#wants(each));
      const cursors = await progress.cursorsIn(id, wanted);
      for (const each of wanted) {
        const position = cursors.get(each) ?? await this.#source(each).begin(each, begin);
        await this.#put(each, position, !cursors.has(each));
      }
      return { hasVanished: false };
    }

    const cursors = await progress.cursors(id);
    const left = new Map(cursors);
    for (const content of this.#sink.include) {
      for await (const { stream, place } of this.#deps[content].ends()) {
        left.delete(stream);
        if (!this.#wants(stream)) continue;
        const position = cursors.get(stream) ?? await this.#source(stream).begin(stream, begin);
        if (place > position) await this.#put(stream, position, !cursors.has(stream));
      }
    }
    // Of these nothing is left, so that whatever comes is new: no cursor need say so.
    for (const [stream] of left) if (!this.#isLookedAt(stream)) left.delete(stream);
    await progress.forget(id, left);
    return { hasVanished: this.#hasVanished(state.unsent, cursors) };
  }

  /** Takes the next records that fit; `null` when nothing is left. */
  async take(limits: BatchLimits): Promise<Batch | null> {
    const batch: Batch = { encoded: [], cursors: new Map(), packs: 0, lost: 0 };
    const room = { ...limits };

    for (const [stream, place] of [...this.#places]) {
      if (batch.cursors.size === MAX_CURSORS) break;
      this.#places.delete(stream);
      const rest = await this.#fill(batch, room, stream, place);
      if (rest === null) continue;
      this.#places.set(stream, rest);
      break;
    }
    return batch.cursors.size === 0 ? null : batch;
  }

  /** Gives up what is gone from the log before `until`; not all of it where that is much. */
  async giveUp(until: Date): Promise<Losses> {
    const end = until.toISOString();
    const losses: Losses = { records: 0, cursors: new Map() };
    for (const [stream, place] of [...this.#places]) {
      if (isAfter(place.next, end)) continue;
      if (losses.cursors.size === MAX_CURSORS) break;
      this.#places.delete(stream);
      for await (const pack of this.#source(stream).after(stream, place.position)) {
        if (isAfter(pack, end)) {
          const position = losses.cursors.get(stream) ?? place.position;
          this.#places.set(stream, { ...place, position, next: unsent(stream, pack) });
          break;
        }
        if (!place.isFirst || !this.#isOver(pack)) losses.records += pack.records.length;
        losses.cursors.set(stream, pack.place);
      }
    }
    return losses;
  }

  /** Adds packs as long as they fit; gives where it goes on, or `null` at the stream's end. */
  async #fill(
    batch: Batch,
    room: BatchLimits,
    stream: StreamName,
    place: Place,
  ): Promise<Place | null> {
    const format = formatOf(this.#sink);
    let { position } = place;
    for await (const pack of this.#source(stream).after(stream, place.position)) {
      if (this.#isOver(pack)) {
        if (!place.isFirst) batch.lost += pack.records.length;
      } else {
        const encoded = pack.records.map(format.encode);
        const bytes = encoded.reduce((sum, text) => sum + UTF8.encode(text).length + 1, 0);
        const fits = encoded.length <= room.records && bytes <= room.bytes;
        const isFirst = place.isFirst && !batch.cursors.has(stream);
        const next = unsent(stream, pack);
        if (batch.packs > 0 && !fits) return { position, isFirst, next };

        for (const text of encoded) batch.encoded.push(text);
        if (encoded.length > 0) batch.packs++;
        room.records -= encoded.length;
        room.bytes -= bytes;
      }
      position = pack.place;
      batch.cursors.set(stream, position);
    }
    return null;
  }

  async #put(stream: StreamName, position: string, isFirst: boolean): Promise<void> {
    if (this.#places.has(stream)) return;
    for await (const pack of this.#source(stream).after(stream, position)) {
      this.#places.set(stream, { position, isFirst, next: unsent(stream, pack) });
      return;
    }
  }

  #source(stream: StreamName): StreamSource {
    return this.#deps[contentOf(stream)];
  }

  #isLookedAt(stream: StreamName): boolean {
    return this.#sink.include.includes(contentOf(stream));
  }

  #wants(stream: StreamName): boolean {
    const { workspaces } = this.#sink;
    if (!this.#isLookedAt(stream)) return false;
    return contentOf(stream) !== "calls" || workspaces === null ||
      workspaces.some((each) => each === stream);
  }

  /** Whether it may be shown no more, though it may be stored still. */
  #isOver({ expiresAt }: StreamPack): boolean {
    return expiresAt !== null && expiresAt <= this.#deps.now().toISOString();
  }

  #hasVanished(last: Unsent | null, cursors: ReadonlyMap<StreamName, string>): boolean {
    if (last === null || !this.#wants(last.stream)) return false;
    const cursor = cursors.get(last.stream);
    if (cursor !== undefined && cursor >= last.place) return false;
    return this.#places.get(last.stream)?.next.place !== last.place;
  }
}

const UTF8 = new TextEncoder();

/** What a stream is made of. */
function contentOf(stream: StreamName): SinkContent {
  if (stream === "audit") return "audit";
  return stream === "events" ? "events" : "calls";
}

/** Whether it may still be shown then. */
function isAfter({ expiresAt }: { expiresAt: string | null }, end: string): boolean {
  return expiresAt === null || expiresAt > end;
}

function unsent(stream: StreamName, { place, recordedAt, expiresAt }: StreamPack): Unsent {
  return { stream, place, recordedAt, expiresAt };
}
