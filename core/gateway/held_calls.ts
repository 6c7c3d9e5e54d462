import { afterAbout } from "../coarse_timer.ts";
import { GatewayError } from "../errors.ts";
import { randomText } from "../ids.ts";
import type { JsonObject } from "../mcp/message.ts";
import { inputRequired } from "../mcp/rounds.ts";
import type { Connector } from "../upstream/connector.ts";
import type { LargeAnswers, UpstreamAnswer, UpstreamCall } from "../upstream/upstream.ts";
import { HeldCall, type Tell, type Wanted } from "./held_call.ts";
import { HeldElsewhere } from "./held_elsewhere.ts";
import { TakenBack } from "./in_flight.ts";
import type { InstanceMail } from "./instance_mail.ts";
import { badState, HOLD_MS, type RequestStates, type StateOwner } from "./request_state.ts";

/** One request of a modern client to a legacy server: the first, or one with answers. */
export interface Round {
  call: Omit<UpstreamCall, "signal" | "onNotification" | "onRequest">;
  owner: StateOwner;
  tell: Tell;
  /** Aborted when the client leaves. */
  signal: AbortSignal;
  /** Calls back when token or server may not be used any more, until it is disposed of. */
  onShutOut(end: (why: Error) => void): Disposable;
}

interface Held {
  call: HeldCall;
  memberId: string;
  /** Ends it when nobody comes back. */
  expiry: Disposable | null;
  /** Ends it when nobody may come back. */
  shutOut: Disposable | null;
}

const ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** How many calls one process holds, and how many of one member. */
const MAX_HELD = 1_000;
const MAX_HELD_PER_MEMBER = 50;

/**
 * The calls at legacy servers whose modern clients were asked for something.
 *
 * Each stays with the process that sent it. Its client may come back to any other, which
 * then passes the answers on and brings the result back.
 */
export class HeldCalls {
  readonly #connector: Connector;
  readonly #states: RequestStates;
  readonly #mail: InstanceMail;
  readonly #elsewhere: HeldElsewhere;
  readonly #held = new Map<string, Held>();

  constructor(deps: { connector: Connector; states: RequestStates; mail: InstanceMail }) {
    this.#connector = deps.connector;
    this.#states = deps.states;
    this.#mail = deps.mail;
    this.#elsewhere = new HeldElsewhere(deps.mail, {
      resume: (id, memberId, responses, tell, signal) =>
        this.#resumeHere(id, memberId, responses, tell, signal),
    });
  }

  /** Sends a call; its answer may be that the client is asked for something first. */
  async begin(round: Round): Promise<UpstreamAnswer> {
    const call = new HeldCall((whole) => this.#connector.request(whole), round.call);
    const next = await call.next(round.tell, round.signal, round.call.large);
    if (!("inputRequests" in next)) return next;
    const id = this.#keep(call, round);
    // The client may come back to another process, which writes here then.
    await this.#mail.ready();
    return await this.#inputRequired(round, next, { instanceId: this.#mail.instanceId, id });
  }

  /** Goes on with a call, wherever it is held, with what its client was asked for. */
  async resume(
    round: Round,
    held: { instanceId: string; id: string },
    responses: JsonObject,
  ): Promise<UpstreamAnswer> {
    const memberId = String(round.call.caller.memberId);
    const next = held.instanceId === this.#mail.instanceId
      ? await this.#resumeHere(
        held.id,
        memberId,
        responses,
        round.tell,
        round.signal,
        round.call.large,
      )
      : await this.#elsewhere.resume({ ...held, memberId, responses }, {
        tell: round.tell,
        signal: round.signal,
        timeoutMs: round.call.timeoutMs,
      });
    if (!("inputRequests" in next)) return next;
    return await this.#inputRequired(round, next, held);
  }

  /** Ends every held call; those who come back are told that it is gone. */
  close(): void {
    for (const [id, held] of [...this.#held]) {
      this.#drop(id, held);
      held.call.end(new TakenBack("The gateway is shutting down"));
    }
  }

  /** How many calls are held. */
  get size(): number {
    return this.#held.size;
  }

  async #resumeHere(
    id: string,
    memberId: string,
    responses: JsonObject,
    tell: Tell,
    signal: AbortSignal,
    large: LargeAnswers | null = null,
  ): Promise<UpstreamAnswer | Wanted> {
    const held = this.#held.get(id);
    if (held === undefined || held.memberId !== memberId) throw gone();
    if (held.call.isAttended) throw badState("was already used; its call is being worked on");

    held.expiry?.[Symbol.dispose]();
    held.expiry = null;
    held.call.give(responses);
    try {
      const next = await held.call.next(tell, signal, large);
      if ("inputRequests" in next) this.#expire(id, held);
      else this.#drop(id, held);
      return next;
    } catch (error) {
      this.#drop(id, held);
      throw error;
    }
  }

  #keep(call: HeldCall, { call: { caller }, onShutOut }: Round): string {
    const memberId = String(caller.memberId);
    const ofMember = [...this.#held.values()].filter((held) => held.memberId === memberId).length;
    if (this.#held.size >= MAX_HELD || ofMember >= MAX_HELD_PER_MEMBER) {
      const error = tooMany(ofMember);
      call.end(error);
      throw error;
    }
    const id = randomText(24, ID_ALPHABET);
    const held: Held = { call, memberId, expiry: null, shutOut: null };
    this.#held.set(id, held);
    held.shutOut = onShutOut((why) => {
      this.#drop(id, held);
      call.end(why);
    });
    this.#expire(id, held);
    return id;
  }

  #expire(id: string, held: Held): void {
    held.expiry = afterAbout(HOLD_MS, () => {
      this.#drop(id, held);
      held.call.end(new TakenBack("The client did not come back with what it was asked for"));
    });
  }

  #drop(id: string, held: Held): void {
    held.expiry?.[Symbol.dispose]();
    held.shutOut?.[Symbol.dispose]();
    this.#held.delete(id);
  }

  async #inputRequired(
    { call, owner }: Round,
    { inputRequests }: Wanted,
    held: { instanceId: string; id: string },
  ): Promise<UpstreamAnswer> {
    const requestState = await this.#states.seal(owner, held);
    const result = inputRequired(inputRequests, requestState);
    // It is an answer of the modern era, made here.
    return { response: { jsonrpc: "2.0", id: call.id, result }, route: "modern", status: 200 };
  }
}

/** The refusal of a state whose call is no longer there. */
export function gone(): GatewayError {
  return badState("belongs to a call that is gone: it ended, or its process did; call again");
}

function tooMany(ofMember: number): GatewayError {
  const sentence = ofMember >= MAX_HELD_PER_MEMBER
    ? `${ofMember} calls of this token wait for answers of its client; the limit is ` +
      `${MAX_HELD_PER_MEMBER}.`
    : `This gateway process holds ${MAX_HELD} calls, which is its limit.`;
  return new GatewayError("too_many", sentence, { publicMessage: sentence });
}
