import { GatewayError } from "../errors.ts";
import type { WorkspaceId } from "../ids.ts";
import { keys } from "../kv/keys.ts";
import type { Signals } from "../kv/signals.ts";
import { KEEP_ALIVE } from "../mcp/sse.ts";
import type { Access, Authority } from "./authority.ts";
import type { EventStream } from "./event_stream.ts";
import { isGood } from "./token_ends.ts";

/** Called before a stream is ended; the token may be the reason, or the process's own end. */
type OnEnd = (why: "shut out" | "closing") => void;

interface Held {
  slug: string;
  workspaceId: WorkspaceId;
  tokenHash: string;
  stream: EventStream;
  onEnd: OnEnd;
}

interface Watched {
  streams: Set<Held>;
  watcher: Disposable;
}

/** A stream without events gets a sign of life this often; clients cut at 300 s. */
const KEEP_ALIVE_MS = 15_000;

/** How many streams one process holds open, and how many one token may. */
const MAX_STREAMS = 10_000;
const MAX_STREAMS_PER_TOKEN = 200;

/**
 * Every event stream that this process holds open.
 *
 * Keeps them alive, and ends those whose token stops being good: at once when the
 * workspace's epoch moves, on whichever process it was moved.
 */
export class OpenStreams {
  readonly #authority: Authority;
  readonly #signals: Signals;
  readonly #workspaces = new Map<WorkspaceId, Watched>();
  readonly #ofToken = new Map<string, number>();
  #count = 0;
  #timer: ReturnType<typeof setInterval> | null = null;
  #closed = false;

  constructor(authority: Authority, signals: Signals) {
    this.#authority = authority;
    this.#signals = signals;
  }

  /** How many streams are open. */
  get size(): number {
    return this.#count;
  }

  /**
   * Holds a stream until it is over, is released or its token ends. Throws `too_many`
   * and `shutting_down`.
   */
  hold(slug: string, access: Access, stream: EventStream, onEnd: OnEnd): Disposable {
    const { token, snapshot } = access;
    const { id } = snapshot.workspace;
    if (this.#closed) throw new GatewayError("shutting_down", "Cannot open a stream: closing");
    const ofToken = this.#ofToken.get(token.hash) ?? 0;
    if (this.#count >= MAX_STREAMS || ofToken >= MAX_STREAMS_PER_TOKEN) throw tooMany(ofToken);

    const held: Held = {
      slug,
      workspaceId: id,
      tokenHash: token.hash,
      stream,
      onEnd,
    };
    this.#watch(id).streams.add(held);
    this.#ofToken.set(token.hash, ofToken + 1);
    this.#count++;
    // A stream may also be ended by what is written to it, its session's end for one.
    stream.onOver(() => this.#release(held));
    return { [Symbol.dispose]: () => this.#release(held) };
  }

  /** Ends every stream, cleanly, and takes no more. */
  close(): void {
    this.#closed = true;
    for (const { streams } of [...this.#workspaces.values()]) {
      for (const held of [...streams]) this.#end(held, "closing");
    }
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #watch(workspaceId: WorkspaceId): Watched {
    this.#timer ??= setInterval(() => this.#tick(), KEEP_ALIVE_MS);
    const known = this.#workspaces.get(workspaceId);
    if (known !== undefined) return known;

    const watched: Watched = {
      streams: new Set(),
      watcher: this.#signals.watch(
        keys.epoch(workspaceId),
        () => void this.#recheck(workspaceId),
      ),
    };
    this.#workspaces.set(workspaceId, watched);
    return watched;
  }

  #release(held: Held): void {
    const watched = this.#workspaces.get(held.workspaceId);
    if (watched === undefined || !watched.streams.delete(held)) return;

    this.#count--;
    const ofToken = (this.#ofToken.get(held.tokenHash) ?? 0) - 1;
    if (ofToken > 0) this.#ofToken.set(held.tokenHash, ofToken);
    else this.#ofToken.delete(held.tokenHash);
    if (watched.streams.size > 0) return;
    watched.watcher[Symbol.dispose]();
    this.#workspaces.delete(held.workspaceId);
    if (this.#workspaces.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #end(held: Held, why: Parameters<OnEnd>[0]): void {
    this.#release(held);
    held.onEnd(why);
    held.stream.end();
  }

  #tick(): void {
    for (const [workspaceId, { streams }] of this.#workspaces) {
      for (const { stream } of streams) stream.tryWrite(KEEP_ALIVE);
      void this.#recheck(workspaceId);
    }
  }

  /** Ends the streams of a workspace whose tokens are no longer good. */
  async #recheck(workspaceId: WorkspaceId): Promise<void> {
    const streams = [...this.#workspaces.get(workspaceId)?.streams ?? []];
    const byToken = Map.groupBy(streams, ({ slug, tokenHash }) => `${slug} ${tokenHash}`);

    await Promise.all([...byToken.values()].map(async (group) => {
      const [{ slug, tokenHash }] = group;
      if (await isGood(this.#authority, slug, tokenHash)) return;
      for (const held of group) this.#end(held, "shut out");
    }));
  }
}

function tooMany(ofToken: number): GatewayError {
  const sentence = ofToken >= MAX_STREAMS_PER_TOKEN
    ? `This token holds ${ofToken} streams open; the limit is ${MAX_STREAMS_PER_TOKEN}.`
    : `This gateway process holds ${MAX_STREAMS} streams open, which is its limit.`;
  return new GatewayError("too_many", sentence, { publicMessage: sentence });
}
