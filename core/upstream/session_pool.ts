import { GatewayError } from "../errors.ts";
import type { LegacySession } from "./legacy_session.ts";
import type { Caller, Target } from "./upstream.ts";

interface Pooled {
  owner: string;
  opening: Promise<LegacySession | null>;
  session: LegacySession | null;
  users: number;
  idleSinceMs: number;
}

/** Whose a session is. */
type Owner = Pick<Caller, "memberId" | "sessionKey">;

/** How long a session that nobody uses is kept. */
const IDLE_MS = 10 * 60_000;
const SWEEP_MS = 30_000;
/** How many sessions one process holds. */
const MAX_SESSIONS = 2_000;

/**
 * The sessions that this process holds with legacy servers.
 *
 * One belongs to one member and one session of that member's client, at one
 * version of the server's address and secrets; it is never lent to anybody else.
 */
export class SessionPool {
  readonly #sessions = new Map<string, Pooled>();
  readonly #now: () => Date;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * Lends the session of a caller to `use`, opening it when there is none. Gives
   * `null` when the server does not offer one. Throws `too_many` when all are in use.
   */
  async use<T>(
    target: Target,
    caller: Caller,
    open: () => Promise<LegacySession | null>,
    use: (session: LegacySession) => Promise<T>,
  ): Promise<T | null> {
    const key = keyOf(target, caller);
    const pooled = this.#get(key, caller, open);
    pooled.users++;

    try {
      const session = await pooled.opening;
      if (session === null) {
        this.#drop(key, pooled);
        return null;
      }
      pooled.session = session;
      const used = await use(session);
      if (session.ended) this.#drop(key, pooled);
      return used;
    } catch (error) {
      if (pooled.session === null || pooled.session.ended) this.#drop(key, pooled);
      throw error;
    } finally {
      pooled.users--;
      pooled.idleSinceMs = this.#now().getTime();
    }
  }

  /** Ends the sessions that were opened for one session of a member's client. */
  endOf(owner: Owner): void {
    const name = nameOf(owner);
    for (const [key, pooled] of this.#sessions) {
      if (pooled.owner === name) this.#end(key, pooled);
    }
  }

  /** How many sessions are held. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Ends every session, and tells the servers. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    const all = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.allSettled(all.map(endSession));
  }

  #get(key: string, owner: Owner, open: () => Promise<LegacySession | null>): Pooled {
    const known = this.#sessions.get(key);
    if (known !== undefined && known.session?.ended !== true) return known;

    if (this.#sessions.size >= MAX_SESSIONS) this.#makeRoom();
    const pooled: Pooled = {
      owner: nameOf(owner),
      opening: open(),
      session: null,
      users: 0,
      idleSinceMs: this.#now().getTime(),
    };
    this.#sessions.set(key, pooled);
    this.#timer ??= this.#startSweeping();
    return pooled;
  }

  #drop(key: string, pooled: Pooled): void {
    if (this.#sessions.get(key) === pooled) this.#sessions.delete(key);
  }

  #makeRoom(): void {
    const idle = [...this.#sessions].filter(([, pooled]) => pooled.users === 0)
      .sort(([, a], [, b]) => a.idleSinceMs - b.idleSinceMs);
    if (idle.length === 0) {
      throw new GatewayError("too_many", `Cannot open a session: ${MAX_SESSIONS} are in use`);
    }
    this.#end(...idle[0]);
  }

  #startSweeping(): ReturnType<typeof setInterval> {
    const timer = setInterval(() => this.#sweep(), SWEEP_MS);
    Deno.unrefTimer(timer);
    return timer;
  }

  #sweep(): void {
    const oldest = this.#now().getTime() - IDLE_MS;
    for (const [key, pooled] of this.#sessions) {
      if (pooled.users === 0 && pooled.idleSinceMs < oldest) this.#end(key, pooled);
    }
  }

  #end(key: string, pooled: Pooled): void {
    this.#drop(key, pooled);
    void endSession(pooled);
  }
}

function nameOf({ memberId, sessionKey }: Owner): string {
  return JSON.stringify([memberId, sessionKey]);
}

function keyOf(target: Target, { memberId, sessionKey }: Caller): string {
  return JSON.stringify([target.id, target.fingerprint, memberId, sessionKey]);
}

async function endSession(pooled: Pooled): Promise<void> {
  try {
    const session = await pooled.opening;
    await session?.close();
  } catch {
    // A server that cannot be told forgets the session by itself.
  }
}
