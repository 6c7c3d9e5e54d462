/** How much may wait under one key; what comes then is dropped. */
const MAX_WAITING = 1_000;

interface Line {
  waiting: number;
  last: Promise<void>;
}

/** Does what is asked for under one key in the order of asking, and keys side by side. */
export class OrderedWork {
  readonly #lines = new Map<string, Line>();

  /** Does something after what was added before it; what it throws is nobody's business. */
  add(key: string, work: () => Promise<void>): void {
    const line = this.#lines.get(key) ?? { waiting: 0, last: Promise.resolve() };
    if (line.waiting >= MAX_WAITING) return;
    this.#lines.set(key, line);
    line.waiting++;
    line.last = line.last.then(work).catch(() => {}).then(() => {
      if (--line.waiting === 0) this.#lines.delete(key);
    });
  }
}
