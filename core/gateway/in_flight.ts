import { z } from "zod";
import { GatewayError } from "../errors.ts";
import type { JsonObject, RequestId } from "../mcp/message.ts";
import type { InstanceMail } from "./instance_mail.ts";

/** The kind of letter that takes a request back. */
const CANCEL = "cancel";

/** How many requests one process works on at once. */
const MAX_IN_FLIGHT = 2_000;

const CancelLetter = z.object({ key: z.string(), reason: z.string() });

/** Thrown into a request that its client took back; nobody waits for its answer. */
export class TakenBack extends Error {
  override name = "TakenBack";
}

/** Thrown into a request whose token stopped being good meanwhile. */
export class AccessEnded extends TakenBack {
  override name = "AccessEnded";

  constructor() {
    super("The token may no longer be used");
  }
}

/** A request that is being worked on. */
export interface Flight extends Disposable {
  /** Aborted with {@linkcode TakenBack}, or with the error of {@linkcode cut}. */
  signal: AbortSignal;
  /** Takes the request back from here: its client left. */
  abandon(reason: string): void;
  /** Takes the request back from here: its token may no longer be used. */
  shutOut(): void;
  /** Ends the request with an error, for which its client waits. */
  cut(error: GatewayError): void;
}

/**
 * The requests that are being worked on, so that they can be taken back.
 *
 * A legacy client cancels by a message of its own, which may reach another process
 * than the one that works for it: that one asks all others.
 */
export class InFlight {
  readonly #mail: InstanceMail;
  readonly #flights = new Map<string, AbortController>();
  readonly #all = new Set<AbortController>();
  #count = 0;
  #endless = 0;
  #closed = false;

  constructor(mail: InstanceMail) {
    this.#mail = mail;
    mail.on(CANCEL, (body) => this.#takeLetter(body));
  }

  /** How many requests are being worked on, those that never end by themselves too. */
  get size(): number {
    return this.#count + this.#endless;
  }

  /**
   * Starts one; `key` is null when no message can take it back. One that is `endless`
   * listens, and is limited by its stream. Throws `too_many` and `shutting_down`.
   */
  begin(key: string | null, { endless = false }: { endless?: boolean } = {}): Flight {
    if (this.#closed) throw new GatewayError("shutting_down", "Cannot begin a request: closing");
    if (!endless && this.#count >= MAX_IN_FLIGHT) {
      const sentence =
        `This gateway process works on ${MAX_IN_FLIGHT} requests, which is its limit.`;
      throw new GatewayError("too_many", sentence, { publicMessage: sentence });
    }

    const controller = new AbortController();
    this.#add(endless, 1);
    this.#all.add(controller);
    if (key !== null) this.#listen(key, controller);
    return {
      signal: controller.signal,
      abandon: (reason) => controller.abort(new TakenBack(reason)),
      shutOut: () => controller.abort(new AccessEnded()),
      cut: (error) => controller.abort(error),
      [Symbol.dispose]: () => {
        this.#add(endless, -1);
        this.#all.delete(controller);
        if (key !== null && this.#flights.get(key) === controller) this.#flights.delete(key);
      },
    };
  }

  /** Takes a request back, here or wherever it is being worked on. */
  async cancel(key: string, reason: string): Promise<void> {
    if (this.#cancelHere(key, reason)) return;
    await this.#mail.broadcast(CANCEL, { key, reason });
  }

  /** Resolves when nothing is being worked on, or after so long. */
  async idle(withinMs: number): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    while (this.size > 0 && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Begins no more, and ends with an error what is still being worked on. */
  close(): void {
    this.#closed = true;
    const error = new GatewayError("shutting_down", "Broke off a request: closing");
    for (const controller of this.#all) controller.abort(error);
  }

  #add(endless: boolean, count: number): void {
    if (endless) this.#endless += count;
    if (!endless) this.#count += count;
  }

  #listen(key: string, controller: AbortController): void {
    this.#flights.set(key, controller);
    this.#mail.listen();
  }

  #takeLetter(body: JsonObject): void {
    const letter = CancelLetter.safeParse(body);
    if (letter.success) this.#cancelHere(letter.data.key, letter.data.reason);
  }

  #cancelHere(key: string, reason: string): boolean {
    const controller = this.#flights.get(key);
    controller?.abort(new TakenBack(reason));
    return controller !== undefined;
  }
}

/** The name of a request among all that are being worked on; ids keep their type. */
export function flightKey(memberId: string, sessionKey: string, id: RequestId): string {
  return JSON.stringify([memberId, sessionKey, id]);
}
