import { afterAbout } from "../coarse_timer.ts";
import { GatewayError } from "../errors.ts";
import { keys } from "../kv/keys.ts";
import type { Signals } from "../kv/signals.ts";
import type { Server } from "../servers/server.ts";
import type { Access, Authority } from "./authority.ts";

/** What is over sooner than this was let in just now, and is not watched. */
const UNWATCHED_MS = 1_000;

/** Expired tokens are looked for this often; revoked ones are told of at once. */
const CHECK_MS = 15_000;

/**
 * Ends what is done on behalf of a token that stops being good meanwhile: calls whether or
 * not somebody waits for them, and what is kept for a client that may come back. So it
 * does with what is done at a server that may not be called any more.
 */
export class TokenEnds {
  readonly #authority: Authority;
  readonly #signals: Signals;
  readonly #checks = new Set<() => void>();
  #timer: ReturnType<typeof setInterval> | null = null;
  #isClosed = false;

  constructor(authority: Authority, signals: Signals) {
    this.#authority = authority;
    this.#signals = signals;
  }

  /** Calls `onEnd` once when the token is no longer good, unless disposed of before. */
  watch(access: Access, onEnd: () => void): Disposable {
    const { snapshot: { workspace: { slug } }, token: { hash } } = access;
    return this.#watch(access, async () => {
      return await isGood(this.#authority, slug, hash) ? null : onEnd;
    });
  }

  /**
   * Calls `onEnd` once when a server may not be called in the token's workspace any more:
   * it is disabled, uninstalled or removed. The token's own end is not told.
   */
  watchServer(
    access: Access,
    server: Pick<Server, "id" | "slug">,
    onEnd: (why: GatewayError) => void,
  ): Disposable {
    const { snapshot: { workspace: { slug } }, token: { hash } } = access;
    return this.#watch(access, async () => {
      const why = await this.#authority.faultOf(slug, hash, server).catch(() => null);
      return why === null ? null : () => onEnd(why);
    });
  }

  /** Looks for an end until there is one, whenever the epoch moves. */
  #watch(access: Access, findEnd: () => Promise<(() => void) | null>): Disposable {
    let watcher: Disposable | null = null;
    const check = () =>
      void findEnd().then((end) => {
        if (end === null || !this.#checks.has(check)) return;
        stop();
        end();
      });
    const begin = () => {
      if (this.#isClosed) return;
      this.#checks.add(check);
      this.#timer ??= setInterval(() => this.#checkAll(), CHECK_MS);
      // Its first call tells of what happened before it began.
      watcher = this.#signals.watch(keys.epoch(access.snapshot.workspace.id), check);
    };
    const stop = () => {
      young[Symbol.dispose]();
      watcher?.[Symbol.dispose]();
      if (this.#checks.delete(check) && this.#checks.size === 0) this.#rest();
    };
    const young = afterAbout(UNWATCHED_MS, begin);
    return { [Symbol.dispose]: stop };
  }

  /** Watches no more; what is done is ended by who does it. */
  close(): void {
    this.#isClosed = true;
    this.#checks.clear();
    this.#rest();
  }

  #checkAll(): void {
    for (const check of [...this.#checks]) check();
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** Whether a token may still be used; a store that fails for a moment is no refusal. */
export async function isGood(
  authority: Authority,
  slug: string,
  tokenHash: string,
): Promise<boolean> {
  try {
    await authority.authenticateHash(slug, tokenHash);
    return true;
  } catch (error) {
    return !(error instanceof GatewayError && error.code === "unauthorized");
  }
}
