import { afterAbout } from "../coarse_timer.ts";
import { GatewayError } from "../errors.ts";
import type { ServerId } from "../ids.ts";
import type { RpcNotification } from "../mcp/message.ts";
import { isWanted } from "../upstream/attend.ts";
import type { Connector } from "../upstream/connector.ts";
import type { Caller, Target } from "../upstream/upstream.ts";
import type { Access } from "./authority.ts";
import { allBegun, attendWhile } from "./attend_while.ts";
import type { TokenEnds } from "./token_ends.ts";

/** Where the updates go, and who still listens for them. */
export interface UpdateLines {
  notify(owner: Caller, target: Target, notification: RpcNotification): void;
  isListening(owner: Caller): Promise<boolean>;
}

/** In whose name a server is listened at. */
interface AttendedAs {
  access: Access;
  target(): Promise<Target>;
}

interface Attendance {
  owner: Caller;
  uris: readonly string[];
  /** The resources that the client counts on hearing of. */
  promised: ReadonlySet<string>;
  isHearing: boolean;
  ending: AbortController;
  /** Ends it when the token stops being good. */
  tokenEnd: Disposable;
  /** How often in a row nobody was found to listen. */
  misses: number;
}

/** How many servers one process listens at for sessions, and for those of one member. */
const MAX_ATTENDANCES = 2_000;
const MAX_OF_MEMBER = 100;

/** How long a stream that another one took the place of brings what was on its way. */
const LINGER_MS = 2_000;
/** How many such streams one session has. */
const MAX_LINGERING = 10;

const CHECK_MS = 60_000;
/** A client that does not listen for so many checks is gone. */
const MAX_MISSES = 10;

/** Listens at modern servers for the resources that sessions of legacy clients subscribed to. */
export class Attendances {
  readonly #connector: Connector;
  readonly #lines: UpdateLines;
  readonly #tokenEnds: TokenEnds;
  readonly #attendances = new Map<string, Attendance>();
  readonly #lingering = new Map<Attendance, Disposable>();
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
    how: AttendedAs,
  ): Promise<void> {
    if (uris.length > 0) this.checkRoom(owner, serverId);
    const key = keyOf(owner, serverId);
    const before = this.#attendances.get(key);
    if (before?.isHearing === true && isSame(before.uris, uris)) return;
    this.#attendances.delete(key);

    if (uris.length > 0) await this.#begin(key, { owner, uris, missed: missedBy(before) }, how);
    // The new stream is there before the old one ends, which may still have a word on its way.
    if (before !== undefined && uris.length > 0) this.#linger(before);
    else if (before !== undefined) end(before);
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
    for (const attendance of this.#lingeringOf(memberId, sessionKey)) {
      this.#endLingering(attendance);
    }
    if (this.#attendances.size === 0) this.#stopChecking();
  }

  /** Ends all of it. */
  close(): void {
    for (const attendance of this.#attendances.values()) end(attendance);
    for (const attendance of [...this.#lingering.keys()]) this.#endLingering(attendance);
    this.#attendances.clear();
    this.#stopChecking();
  }

  async #begin(
    key: string,
    { owner, uris, missed }: { owner: Caller; uris: readonly string[]; missed: readonly string[] },
    { access, target }: AttendedAs,
  ): Promise<void> {
    const first = Promise.withResolvers<void>();
    const ending = new AbortController();
    const tokenEnd = this.#tokenEnds.watch(access, () => this.endOf(owner));
    const attendance: Attendance = {
      owner,
      uris,
      promised: new Set(missed),
      isHearing: false,
      ending,
      tokenEnd,
      misses: 0,
    };
    this.#attendances.set(key, attendance);
    this.#timer ??= setInterval(() => void this.#check(), CHECK_MS);

    let current: Target | null = null;
    void attendWhile(this.#connector, {
      target: async () => current = await target(),
      caller: owner,
      filter: { resourceSubscriptions: uris },
      onServerEnd: (server, end) => this.#tokenEnds.watchServer(access, server, end),
      signal: ending.signal,
      isPromised: (uri) => attendance.promised.has(uri),
      onHearing: (isHearing) => {
        attendance.isHearing = isHearing;
        first.resolve();
      },
      onNotification: (notification) => {
        const resourceSubscriptions = this.#attendances.get(key)?.uris;
        if (current === null || !isWanted({ resourceSubscriptions }, notification)) return;
        this.#lines.notify(owner, current, notification);
      },
    });
    await allBegun([first.promise]);
    attendance.promised = new Set(uris);
  }

  async #check(): Promise<void> {
    await Promise.all([...this.#attendances.values()].map(async (attendance) => {
      const isListening = await this.#lines.isListening(attendance.owner).catch(() => true);
      attendance.misses = isListening ? 0 : attendance.misses + 1;
      if (attendance.misses >= MAX_MISSES) this.endOf(attendance.owner);
    }));
  }

  #linger(attendance: Attendance): void {
    const { memberId, sessionKey } = attendance.owner;
    const [oldest, ...others] = this.#lingeringOf(memberId, sessionKey);
    if (oldest !== undefined && others.length >= MAX_LINGERING - 1) this.#endLingering(oldest);
    const timer = afterAbout(LINGER_MS, () => this.#endLingering(attendance));
    this.#lingering.set(attendance, timer);
  }

  #endLingering(attendance: Attendance): void {
    this.#lingering.get(attendance)?.[Symbol.dispose]();
    this.#lingering.delete(attendance);
    end(attendance);
  }

  #lingeringOf(memberId: string, sessionKey: string): Attendance[] {
    return [...this.#lingering.keys()].filter(({ owner }) =>
      owner.memberId === memberId && owner.sessionKey === sessionKey
    );
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

/** What its client counts on hearing of, and does not. */
function missedBy(attendance: Attendance | undefined): readonly string[] {
  return attendance === undefined || attendance.isHearing ? [] : [...attendance.promised];
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((uri, at) => uri === others[at]);
}

function end({ ending, tokenEnd }: Attendance): void {
  tokenEnd[Symbol.dispose]();
  ending.abort();
}

function keyOf({ memberId, sessionKey }: Caller, serverId: ServerId): string {
  return JSON.stringify([memberId, sessionKey, serverId]);
}
