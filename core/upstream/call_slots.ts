import type { ServerId } from "../ids.ts";
import { withDeadline } from "./deadline.ts";
import { upstreamFailure } from "./failures.ts";
import type { Target } from "./upstream.ts";

interface Gate {
  running: number;
  limit: number;
  /** Those who wait for a place, first come, first served. */
  waiting: Set<() => void>;
}

/** How many calls may wait for a place at one server. */
const MAX_WAITING = 1_000;

/**
 * Lets as many calls at once to a server as its owner allows, in this process; the others
 * wait their turn for as long as connecting may take.
 */
export class CallSlots {
  readonly #gates = new Map<ServerId, Gate>();

  /** Takes a place, which is free again when it is disposed of. Throws `upstream_failed`. */
  async take(target: Target, signal: AbortSignal): Promise<Disposable> {
    const gate = this.#gateOf(target);
    if (gate.running >= gate.limit || gate.waiting.size > 0) await this.#wait(gate, target, signal);
    else gate.running++;

    return { [Symbol.dispose]: () => this.#release(gate, target.id) };
  }

  async #wait(gate: Gate, target: Target, signal: AbortSignal): Promise<void> {
    if (gate.waiting.size >= MAX_WAITING) throw isFull(target);
    const turn = Promise.withResolvers<void>();
    gate.waiting.add(turn.resolve);
    const timeoutMs = target.timeouts.connectSeconds * 1000;

    try {
      await withDeadline(signal, timeoutMs, () => isBusy(target), () => turn.promise);
    } catch (error) {
      // A turn that came in the same moment goes to the next one.
      if (!gate.waiting.delete(turn.resolve)) this.#release(gate, target.id);
      throw error;
    }
  }

  #release(gate: Gate, id: ServerId): void {
    gate.running--;
    letIn(gate);
    if (gate.running === 0 && gate.waiting.size === 0) this.#gates.delete(id);
  }

  #gateOf({ id, maxConcurrent }: Target): Gate {
    const gate = this.#gates.get(id) ?? { running: 0, limit: maxConcurrent, waiting: new Set() };
    gate.limit = maxConcurrent;
    this.#gates.set(id, gate);
    letIn(gate);
    return gate;
  }
}

/** Gives free places to those who wait: a limit may have been raised meanwhile. */
function letIn(gate: Gate): void {
  for (const enter of gate.waiting) {
    if (gate.running >= gate.limit) return;
    gate.waiting.delete(enter);
    gate.running++;
    enter();
  }
}

function isBusy({ slug, maxConcurrent, timeouts }: Target) {
  return upstreamFailure(
    slug,
    "connect",
    `has ${maxConcurrent} calls at once already, the most that are let to it, and none of ` +
      `them ended within ${timeouts.connectSeconds} s`,
    null,
  );
}

function isFull({ slug, maxConcurrent }: Target) {
  return upstreamFailure(
    slug,
    "connect",
    `has ${maxConcurrent} calls at once already, and ${MAX_WAITING} more wait for their turn`,
    null,
  );
}
