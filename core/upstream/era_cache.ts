import type { ServerEras } from "../servers/server_health.ts";
import type { HealthNotes } from "./health_notes.ts";
import type { Target } from "./upstream.ts";

/** What is known of how a server can be spoken to; `null` = not found out yet. */
export type KnownEras = Pick<ServerEras, "modern" | "legacy">;

interface Entry {
  eras: ServerEras;
  goodUntilMs: number;
}

/** How long a process goes without a look at what the others found out. */
const KEEP_MS = 10 * 60_000;
const MAX_ENTRIES = 2_000;
const UNKNOWN: KnownEras = { modern: null, legacy: null };

/**
 * Remembers in which eras servers speak, and shares it with the other processes.
 *
 * It is a memory of what was seen, never the truth: a failure that hints at
 * another era clears it, as does another address.
 */
export class EraCache {
  readonly #entries = new Map<string, Entry>();
  readonly #notes: HealthNotes;
  readonly #now: () => Date;
  readonly #log: (line: string) => void;

  constructor(notes: HealthNotes, now: () => Date, log: (line: string) => void) {
    this.#notes = notes;
    this.#now = now;
    this.#log = log;
  }

  /** What this process remembers of a server at its present address, without a look further. */
  peek(target: Target): KnownEras {
    return this.#remembered(target) ?? UNKNOWN;
  }

  /** What is known of a server at its present address. */
  async get(target: Target): Promise<KnownEras> {
    return this.#remembered(target) ?? await this.#read(target) ?? UNKNOWN;
  }

  /** Adds what was found out just now. */
  async learn(target: Target, found: Partial<KnownEras>): Promise<void> {
    const { modern, legacy } = this.peek(target);
    const probedAt = this.#now().toISOString();
    const eras: ServerEras = { modern, legacy, ...found, url: target.url.href, probedAt };
    this.#remember(target, eras);
    await this.#share(target, () => this.#notes.setEras(target.id, eras));
  }

  /** Forgets a server everywhere, so that the next call finds out again. */
  async forget(target: Target): Promise<void> {
    this.#entries.delete(target.id);
    await this.#share(target, () => this.#notes.dropEras(target.id));
  }

  async #read(target: Target): Promise<KnownEras | null> {
    try {
      const eras = await this.#notes.eras(target.id);
      if (eras === null || eras.url !== target.url.href) return null;
      // What was learnt here while the store was read is newer.
      return this.#remembered(target) ?? this.#remember(target, eras);
    } catch (error) {
      this.#log(`Cannot read how server "${target.slug}" speaks: ${error}`);
      return null;
    }
  }

  #remembered(target: Target): KnownEras | null {
    const entry = this.#entries.get(target.id);
    const isGood = entry !== undefined && entry.eras.url === target.url.href &&
      entry.goodUntilMs > this.#now().getTime();
    return isGood ? entry.eras : null;
  }

  #remember(target: Target, eras: ServerEras): KnownEras {
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= MAX_ENTRIES && !oldest.done) this.#entries.delete(oldest.value);
    this.#entries.set(target.id, { eras, goodUntilMs: this.#now().getTime() + KEEP_MS });
    return eras;
  }

  /** A store that cannot be written to costs another probe, and no call. */
  async #share(target: Target, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#log(`Cannot note how server "${target.slug}" speaks: ${error}`);
    }
  }
}
