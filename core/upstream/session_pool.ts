import { GatewayError } from "../errors.ts";
import type { ServerId } from "../ids.ts";
import type { RpcNotification } from "../mcp/message.ts";
import type { AttendCall } from "./attend.ts";
import type { LegacySession } from "./legacy_session.ts";
import { type Pooled, sessionKey } from "./pooled_session.ts";
import { SessionHolds } from "./session_holds.ts";
import { SessionRevival } from "./session_revival.ts";
import type { Caller, SessionOwner, Target } from "./upstream.ts";

/** Opens a session; `null` when the server does not offer one. */
type Open = () => Promise<LegacySession | null>;

/** Hears of a session that is over, and how long it was open. */
type OnSessionEnded = (target: Target, seconds: number) => void;

/** How many sessions there may be. */
export interface SessionLimits {
  perProcess: number;
  perMember: number;
}

/** How long a session that nobody uses is kept. */
const IDLE_MS = 10 * 60_000;
const SWEEP_MS = 30_000;
const LIMITS: SessionLimits = { perProcess: 2_000, perMember: 100 };

/**
 * The sessions that this process holds with legacy servers.
 *
 * One belongs to one member and one session of that member's client, with the capabilities
 * that it declared, at one version of the server's address and secrets; it is never lent
 * to anybody else. Those of a client that listens stay open while nothing is asked.
 */
export class SessionPool {
  readonly #sessions = new Map<string, Pooled>();
  /** How many sessions each member has. */
  readonly #ofMember = new Map<string, number>();
  readonly #holds = new SessionHolds();
  readonly #revival: SessionRevival;
  readonly #now: () => Date;
  readonly #limits: SessionLimits;
  readonly #onEnded: OnSessionEnded;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(
    now: () => Date,
    limits: SessionLimits = LIMITS,
    onEnded: OnSessionEnded = () => {},
  ) {
    this.#now = now;
    this.#onEnded = onEnded;
    this.#limits = limits;
    this.#revival = new SessionRevival((pooled) => this.#reopen(pooled));
  }

  /**
   * Lends the session of a caller to `use`, opening it when there is none. Gives
   * `null` when the server does not offer one. Throws `too_many` when all are in use.
   */
  async use<T>(
    target: Target,
    caller: Caller,
    open: Open,
    use: (session: LegacySession) => Promise<T>,
  ): Promise<T | null> {
    const pooled = this.#get(target, caller, open);
    pooled.users++;

    try {
      const session = await pooled.opening;
      if (session === null) {
        this.#drop(pooled);
        return null;
      }
      return await use(session);
    } catch (error) {
      if (pooled.session === null) this.#drop(pooled);
      throw error;
    } finally {
      if (pooled.session?.ended === true) this.#drop(pooled);
      pooled.users--;
      pooled.idleSinceMs = this.#now().getTime();
      if (pooled.users === 0 && pooled.isOutdated) this.#end(pooled);
    }
  }

  /**
   * Hears of changes in the session of a caller; see `LegacySession.attend()`. `false` when
   * the server does not offer one.
   */
  async attend(call: AttendCall, open: Open): Promise<boolean> {
    const attend = () =>
      this.use(call.target, call.caller, open, async (session) => {
        return await session.attend(call) ?? "gone";
      });
    const first = await attend();
    // The session was gone before anything was heard in it.
    const last = first === "gone" ? await attend() : first;
    return last !== null;
  }

  /** Keeps the sessions of one that listens, and opens those again that end, until disposed. */
  hold(owner: SessionOwner): Disposable {
    return this.#holds.hold(owner);
  }

  /** Tells the servers of one session of a member's client something. Never rejects. */
  async notifyAll(owner: SessionOwner, notification: RpcNotification): Promise<void> {
    await Promise.all(this.sessionsOf(owner).map((session) => session.notify(notification)));
  }

  /** Sets the log level in the sessions of one that wants it. Never rejects. */
  async setLogLevel(owner: SessionOwner, level: string): Promise<void> {
    await Promise.all(this.sessionsOf(owner).map((session) => session.setLogLevel(level)));
  }

  /** The open sessions of one session of a member's client. */
  sessionsOf(owner: SessionOwner): LegacySession[] {
    return this.#pooledOf(owner).flatMap(({ session }) => {
      return session === null || session.ended ? [] : [session];
    });
  }

  /** Ends the sessions that were opened for one session of a member's client. */
  endOf(owner: SessionOwner): void {
    for (const pooled of this.#pooledOf(owner)) this.#end(pooled);
  }

  /** Whether a member has sessions here, or some that are being opened again. */
  hasMember(memberId: string): boolean {
    return this.#ofMember.has(memberId) || this.#revival.ofMember(memberId).length > 0;
  }

  /** The servers that a member has sessions with, or is to have again. */
  serversOf(memberId: string): ServerId[] {
    return [...new Set(this.#allOf(memberId).map(({ target }) => target.id))];
  }

  /**
   * Ends those of a member's sessions that are over; one in use ends with its last use.
   * Gives those that somebody still listens in.
   */
  endOfMember(memberId: string, isOver: (target: Target) => boolean): Pooled[] {
    const over = this.#allOf(memberId).filter(({ target, isOutdated }) => {
      return !isOutdated && isOver(target);
    });
    for (const pooled of over) this.#finish(pooled);
    return over.filter(({ owner }) => this.#holds.has(owner));
  }

  #allOf(memberId: string): Pooled[] {
    const revived = this.#revival.ofMember(memberId);
    if (!this.#ofMember.has(memberId)) return revived;
    const open = [...this.#sessions.values()].filter(({ owner }) => owner.memberId === memberId);
    return [...open, ...revived];
  }

  /** How many sessions are held. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Ends every session, and tells the servers. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#revival.close();
    const all = [...this.#sessions.values()];
    this.#sessions.clear();
    this.#ofMember.clear();
    await Promise.allSettled(all.map(endSession));
  }

  /** Ends those that nobody used for ten minutes. */
  sweep(): void {
    const oldest = this.#now().getTime() - IDLE_MS;
    for (const pooled of this.#sessions.values()) {
      const isIdle = pooled.users === 0 && pooled.idleSinceMs < oldest;
      if (isIdle && !this.#holds.has(pooled.owner)) this.#end(pooled);
    }
  }

  #pooledOf({ memberId, sessionKey }: SessionOwner): Pooled[] {
    return [...this.#sessions.values()].filter(({ owner }) => {
      return owner.memberId === memberId && owner.sessionKey === sessionKey;
    });
  }

  #get(target: Target, owner: Caller, open: Open): Pooled {
    const key = sessionKey(target, owner);
    const known = this.#sessions.get(key);
    if (known !== undefined && known.session?.ended !== true && !known.isOutdated) return known;

    if (known !== undefined) this.#drop(known);
    this.#makeRoom(owner);
    this.#retireOlder(target, owner);
    return this.#add(key, target, owner, open);
  }

  #add(key: string, target: Target, owner: Caller, open: Open): Pooled {
    const pooled: Pooled = {
      key,
      target,
      owner,
      open,
      opening: open(),
      session: null,
      users: 0,
      idleSinceMs: this.#now().getTime(),
      isOutdated: false,
    };
    this.#sessions.set(key, pooled);
    this.#ofMember.set(owner.memberId, (this.#ofMember.get(owner.memberId) ?? 0) + 1);
    this.#timer ??= this.#startSweeping();
    pooled.opening.then((session) => this.#opened(pooled, session), () => {});
    return pooled;
  }

  #opened(pooled: Pooled, session: LegacySession | null): void {
    pooled.session = session;
    const sinceMs = performance.now();
    void session?.whenEnded.then(() => {
      this.#onEnded(pooled.target, (performance.now() - sinceMs) / 1000);
      if (this.#sessions.get(pooled.key) !== pooled) return;
      this.#drop(pooled);
      if (this.#holds.has(pooled.owner) && !pooled.isOutdated) this.#revival.begin(pooled);
    });
  }

  /** Opens a session again that its server ended, for an owner who still listens. */
  async #reopen({ key, target, owner, open }: Pooled): Promise<boolean> {
    if (!this.#holds.has(owner) || this.#sessions.has(key)) return true;
    return await this.use(target, owner, open, () => Promise.resolve(true)) === true;
  }

  #drop(pooled: Pooled): void {
    if (this.#sessions.get(pooled.key) !== pooled) return;
    this.#sessions.delete(pooled.key);
    const { memberId } = pooled.owner;
    const left = (this.#ofMember.get(memberId) ?? 0) - 1;
    if (left > 0) this.#ofMember.set(memberId, left);
    else this.#ofMember.delete(memberId);
  }

  #makeRoom(owner: Caller): void {
    const { perProcess, perMember } = this.#limits;
    const all = [...this.#sessions.values()];
    // The gateway itself listens to each server once, of which there may be many.
    const own = owner.memberId === "gateway"
      ? []
      : all.filter((pooled) => pooled.owner.memberId === owner.memberId);

    const [crowd, limit] = own.length >= perMember ? [own, perMember] : [all, perProcess];
    if (crowd.length < limit) return;
    const isHeld = (pooled: Pooled) => Number(this.#holds.has(pooled.owner));
    const [idle] = crowd.filter(({ users }) => users === 0)
      .sort((a, b) => isHeld(a) - isHeld(b) || a.idleSinceMs - b.idleSinceMs);
    if (idle === undefined) {
      throw new GatewayError("too_many", `Cannot open a session: ${limit} are in use`);
    }
    this.#end(idle);
  }

  /** What was opened with an older address or older secrets ends with its last use. */
  #retireOlder({ id, fingerprint }: Target, owner: Caller): void {
    for (const pooled of this.#pooledOf(owner)) {
      const isOlder = pooled.target.id === id && pooled.target.fingerprint !== fingerprint;
      if (isOlder) this.#finish(pooled);
    }
  }

  /** Cut in the middle, a call would be sent again in a new session. */
  #finish(pooled: Pooled): void {
    pooled.isOutdated = true;
    if (pooled.users === 0) this.#end(pooled);
  }

  #startSweeping(): ReturnType<typeof setInterval> {
    const timer = setInterval(() => this.sweep(), SWEEP_MS);
    Deno.unrefTimer(timer);
    return timer;
  }

  #end(pooled: Pooled): void {
    this.#drop(pooled);
    void endSession(pooled);
  }
}

async function endSession(pooled: Pooled): Promise<void> {
  try {
    const session = await pooled.opening;
    await session?.close();
  } catch {
    // A server that cannot be told forgets the session by itself.
  }
}
