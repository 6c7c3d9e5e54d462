import { isAtLeast, isLogLevel, type LogLevel } from "../mcp/log_levels.ts";

/**
 * From which level on a server sends its log messages in one session.
 *
 * A client that has a session sets the level as it likes. Modern callers share a session
 * and ask with each request: for them it only ever becomes more talkative, and what one
 * did not ask for is left out on its way.
 */
export class SessionLogLevel {
  readonly #tell: (level: LogLevel) => Promise<void>;
  #level: LogLevel | null = null;
  #telling: Promise<void> = Promise.resolve();

  constructor(tell: (level: LogLevel) => Promise<void>) {
    this.#tell = tell;
  }

  /** Sets the level that the session's owner wants. Never rejects. */
  async set(level: string | null): Promise<void> {
    if (!isLogLevel(level)) return;
    await this.#change(() => level);
  }

  /** Sees to it that messages of this level are sent. Never rejects. */
  async include(level: LogLevel): Promise<void> {
    if (this.#includes(level)) return await this.#telling;
    await this.#change(() => this.#includes(level) ? null : level);
  }

  #includes(level: LogLevel): boolean {
    return this.#level !== null && isAtLeast(level, this.#level);
  }

  /** One change after the other, so that the last one is what holds. */
  #change(next: () => LogLevel | null): Promise<void> {
    this.#telling = this.#telling.then(async () => {
      const level = next();
      if (level === null) return;
      this.#level = level;
      // A server that refuses would refuse the next time too.
      await this.#tell(level).catch(() => {});
    });
    return this.#telling;
  }
}
