import { GatewayError } from "../errors.ts";
import type { ServerId } from "../ids.ts";
import type { Connector } from "../upstream/connector.ts";
import type { Caller, Target } from "../upstream/upstream.ts";
import type { Access } from "./authority.ts";
import { allBegun, attendWhile } from "./attend_while.ts";
import type { TokenEnds } from "./token_ends.ts";

/** Where the updates go, and who still listens for them. */
export interface UpdateLines {
  notify(owner: Caller, target: Target, notification: { jsonrpc: "2.0"; method: string }): void;
  isListening(owner: Caller): Promise<boolean>;
}

interface Attendance {
  owner: Caller;
  ending: AbortController;
  /** Ends it when the token stops being good. */
  tokenEnd: Disposable;
  /** How often in a row nobody was found to listen. */
  misses: number;
}

/** How many servers one process listens at for sessions, and for those of one member. */
const MAX_ATTENDANCES = 2_000;
const MAX_OF_MEMBER = 100;

const CHECK_MS = 60_000;
/** A client that does not listen for so many checks is gone. */
const MAX_MISSES = 10;

/** Listens at modern servers for the resources that sessions of legacy clients subscribed to. */
export class Attendances {
  readonly #connector: Connector;
  readonly #lines: UpdateLines;
  readonly #tokenEnds: TokenEnds;
  readonly #attendances = new Map<string, Attendance>();
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(connector: Connector, lines: UpdateLines, tokenEnds: TokenEnds) {
    this.#connector = connector;
    this.#lines = lines;
    this.#tokenEnds = tokenEnds;
  }

  /** How many servers are listened at, session by session. */
  get size(): number {
    return this.#attendances.size;
  }

  /** Throws `too_many` when a session cannot be listened for at one more server. */
  checkRoom(owner: Caller, serverId: ServerId): void {
    if (this.#attendances.has(keyOf(owner, serverId))) return;
    const ofMember = [...this.#attendances.values()]
      .filter((one) => one.owner.memberId === owner.memberId).length;
    if (this.#attendances.size >= MAX_ATTENDANCES || ofMember >= MAX_OF_MEMBER) {
      throw tooMany(ofMember);
    }
  }

  /**
   * Listens for these resources of a server instead of those before; for none, not at all.
   * Resolves when the server listens, or takes too long to. Throws `too_many`.
   */
  async set(
    owner: Caller,
    serverId: ServerId,
    uris: readonly string[],
    { access, target }: { access: Access; target: () => Promise<Target> },
  ): Promise<void> {
    if (uris.length > 0) this.checkRoom(owner, serverId);
    const key = keyOf(owner, serverId);
    const before = this.#attendances.get(key);
    this.#attendances.delete(key);

    if (uris.length > 0) await allBegun([this.#begin(key, owner, uris, access, target)]);
    // The new stream is there before the old one ends.
    if (before !== undefined) end(before);
    if (this.#attendances.size === 0) this.#stopChecking();
  }

  /** Ends what is listened for on behalf of a session. */
  endOf({ memberId, sessionKey }: Pick<Caller, "memberId" | "sessionKey">): void {
    for (const [key, attendance] of this.#attendances) {
      const { owner } = attendance;
      if (owner.memberId !== memberId || owner.sessionKey !== sessionKey) continue;
      this.#attendances.delete(key);
      end(attendance);
    }
    if (this.#attendances.size === 0) this.#stopChecking();
  }

  /** Ends all of it. */
  close(): void {
    for (const attendance of this.#attendances.values()) end(attendance);
    this.#attendances.clear();
    this.#stopChecking();
  }

  #begin(
    key: string,
    owner: Caller,
    uris: readonly string[],
    access: Access,
    target: () => Promise<Target>,
  ): Promise<void> {
    const first = Promise.withResolvers<void>();
    const ending = new AbortController();
    const tokenEnd = this.#tokenEnds.watch(access, () => this.endOf(owner));
    this.#attendances.set(key, { owner, ending, tokenEnd, misses: 0 });
    this.#timer ??= setInterval(() => void this.#check(), CHECK_MS);

    let current: Target | null = null;
    void attendWhile(this.#connector, {
      target: async () => current = await target(),
      caller: owner,
      filter: { resourceSubscriptions: uris },
      onServerEnd: (server, end) => this.#tokenEnds.watchServer(access, server, end),
      signal: ending.signal,
      onFirst: first.resolve,
      onNotification: (notification) => {
        if (current !== null) this.#lines.notify(owner, current, notification);
      },
    });
    return first.promise;
  }

  async #check(): Promise<void> {
    await Promise.all([...this.#attendances.values()].map(async (attendance) => {
      const isListening = await this.#lines.isListening(attendance.owner).catch(() => true);
      attendance.misses = isListening ? 0 : attendance.misses + 1;
      if (attendance.misses >= MAX_MISSES) this.endOf(attendance.owner);
    }));
  }

  #stopChecking(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

function tooMany(ofMember: number): GatewayError {
  const sentence = ofMember >= MAX_OF_MEMBER
    ? `Sessions of this token listen at servers ${ofMember} times; the limit is ${MAX_OF_MEMBER}.`
    : `This gateway process listens at servers ${MAX_ATTENDANCES} times, which is its limit.`;
  return new GatewayError("too_many", sentence, { publicMessage: sentence });
}

function end({ ending, tokenEnd }: Attendance): void {
  tokenEnd[Symbol.dispose]();
  ending.abort();
}

function keyOf({ memberId, sessionKey }: Caller, serverId: ServerId): string {
  return JSON.stringify([memberId, sessionKey, serverId]);
}
