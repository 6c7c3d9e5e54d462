import type { SessionOwner } from "./upstream.ts";

/** Whose sessions are to stay open, since their client still listens. */
export class SessionHolds {
  readonly #holders = new Map<string, number>();

  /** Counts one more until it is disposed of. */
  hold(owner: SessionOwner): Disposable {
    const name = nameOf(owner);
    this.#holders.set(name, (this.#holders.get(name) ?? 0) + 1);
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        this.#leave(name);
      },
    };
  }

  /** Whether anybody holds them. */
  has(owner: SessionOwner): boolean {
    return this.#holders.has(nameOf(owner));
  }

  #leave(name: string): void {
    const left = (this.#holders.get(name) ?? 0) - 1;
    if (left > 0) this.#holders.set(name, left);
    else this.#holders.delete(name);
  }
}

function nameOf({ memberId, sessionKey }: SessionOwner): string {
  return JSON.stringify([memberId, sessionKey]);
}
