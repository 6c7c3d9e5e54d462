import type { Snapshot } from "./snapshot.ts";

interface Kept {
  snapshot: Snapshot;
  usedAtMs: number;
  /** Whether it was used since somebody last looked for those that were not. */
  isFresh: boolean;
}

/** How many workspaces one process keeps snapshots of. */
const MAX_SNAPSHOTS = 1_000;

/** How long a snapshot that nobody uses is kept, with the secrets that are open in it. */
const IDLE_MS = 5 * 60_000;

/** The newest snapshot of each workspace, until it is replaced or nobody needs it. */
export class SnapshotCache {
  readonly #kept = new Map<string, Kept>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** The snapshot of a workspace, for somebody who will check its epoch. */
  use(slug: string): Snapshot | undefined {
    const kept = this.#kept.get(slug);
    if (kept === undefined) return undefined;
    kept.usedAtMs = this.#now().getTime();
    kept.isFresh = true;
    return kept.snapshot;
  }

  /** The snapshot of a workspace as it is. */
  peek(slug: string): Snapshot | undefined {
    return this.#kept.get(slug)?.snapshot;
  }

  /** Keeps a snapshot in place of an older one; `null` when the workspace is gone. */
  keep(slug: string, snapshot: Snapshot | null): void {
    const known = this.peek(slug);
    const isOlder = snapshot !== null && known?.workspace.id === snapshot.workspace.id &&
      known.epoch > snapshot.epoch;
    if (isOlder) return snapshot.close();

    this.drop(slug);
    if (snapshot === null) return;
    const oldest = this.#kept.keys().next();
    if (this.#kept.size >= MAX_SNAPSHOTS && !oldest.done) this.drop(oldest.value);
    this.#kept.set(slug, { snapshot, usedAtMs: this.#now().getTime(), isFresh: true });
  }

  /** Forgets the snapshot of a workspace, and what is open in it. */
  drop(slug: string): void {
    this.peek(slug)?.close();
    this.#kept.delete(slug);
  }

  /**
   * Forgets what nobody used for five minutes, and gives those that nobody used since this
   * was last asked: what they hold may be out of date without anybody knowing.
   */
  takeUnused(): [slug: string, snapshot: Snapshot][] {
    const oldestMs = this.#now().getTime() - IDLE_MS;
    for (const [slug, { usedAtMs }] of this.#kept) if (usedAtMs < oldestMs) this.drop(slug);

    const unused = [...this.#kept].filter(([, { isFresh }]) => !isFresh);
    for (const kept of this.#kept.values()) kept.isFresh = false;
    return unused.map(([slug, { snapshot }]) => [slug, snapshot]);
  }
}
