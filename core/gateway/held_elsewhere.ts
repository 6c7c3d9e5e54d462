import { z } from "zod";
import { afterAbout } from "../coarse_timer.ts";
import { asGatewayError, ERROR_KINDS, type ErrorCode, GatewayError } from "../errors.ts";
import { randomText } from "../ids.ts";
import type { JsonObject, RpcNotification } from "../mcp/message.ts";
import type { UpstreamAnswer } from "../upstream/upstream.ts";
import type { Tell, Wanted } from "./held_call.ts";
import { TakenBack } from "./in_flight.ts";
import type { InstanceMail } from "./instance_mail.ts";
import { badState } from "./request_state.ts";

/** How a process goes on with a call that it holds itself. */
export interface Holder {
  resume(
    id: string,
    memberId: string,
    responses: JsonObject,
    tell: Tell,
    signal: AbortSignal,
  ): Promise<UpstreamAnswer | Wanted>;
}

/** The client's answers on their way to the process that holds the call. */
const Resume = z.object({
  id: z.string(),
  memberId: z.string(),
  responses: z.record(z.string(), z.unknown()),
  ticket: z.string(),
});
const Told = z.object({ ticket: z.string(), notification: z.record(z.string(), z.unknown()) });
const Ended = z.object({
  ticket: z.string(),
  /** An answer, or what the client is asked for next. */
  next: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.string(), sentence: z.string() }).optional(),
});
const Left = z.object({ ticket: z.string() });

interface Waiting {
  tell: Tell;
  ended: PromiseWithResolvers<UpstreamAnswer | Wanted>;
}

const KINDS = {
  resume: "held_call_resume",
  told: "held_call_told",
  ended: "held_call_ended",
  left: "held_call_left",
};
const TICKET_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** How soon the holder must say that it goes on; else it has ended. */
const ACCEPT_MS = 5_000;

/** Goes on with calls that another process holds, and lets others go on with those here. */
export class HeldElsewhere {
  readonly #mail: InstanceMail;
  readonly #holder: Holder;
  /** Rounds here whose call is held by another process. */
  readonly #waiting = new Map<string, Waiting>();
  /** Rounds of other processes with a call that is held here. */
  readonly #serving = new Map<string, AbortController>();

  constructor(mail: InstanceMail, holder: Holder) {
    this.#mail = mail;
    this.#holder = holder;
    mail.on(KINDS.resume, (body, from) => this.#serve(Resume.parse(body), from));
    mail.on(KINDS.told, (body) => this.#takeTold(Told.parse(body)));
    mail.on(KINDS.ended, (body) => this.#takeEnded(Ended.parse(body)));
    mail.on(KINDS.left, (body) => {
      const { ticket } = Left.parse(body);
      this.#serving.get(ticket)?.abort(new TakenBack("The client closed the stream"));
    });
  }

  /** Takes the answers to the holder and brings back what comes of them. */
  async resume(
    held: { instanceId: string; id: string; memberId: string; responses: JsonObject },
    { tell, signal, timeoutMs }: { tell: Tell; signal: AbortSignal; timeoutMs: number },
  ): Promise<UpstreamAnswer | Wanted> {
    const ticket = randomText(24, TICKET_ALPHABET);
    const ended = Promise.withResolvers<UpstreamAnswer | Wanted>();
    ended.promise.catch(() => {});
    this.#waiting.set(ticket, { tell, ended });
    const leave = () => {
      ended.reject(signal.reason);
      void this.#mail.send(held.instanceId, KINDS.left, { ticket }).catch(() => {});
    };
    signal.addEventListener("abort", leave);
    const silence = afterAbout(timeoutMs + ACCEPT_MS, () => ended.reject(lost()));

    try {
      const { instanceId, ...body } = held;
      await this.#mail.ask(instanceId, KINDS.resume, { ...body, ticket }, ACCEPT_MS)
        .catch(() => {
          throw lost();
        });
      // Who left before the holder knew of this round has told it too early.
      if (signal.aborted) leave();
      return await ended.promise;
    } finally {
      silence[Symbol.dispose]();
      signal.removeEventListener("abort", leave);
      this.#waiting.delete(ticket);
    }
  }

  /** Goes on with a call of this process for another one, which is told of the end later. */
  #serve({ ticket, id, memberId, responses }: z.infer<typeof Resume>, from: string): JsonObject {
    const leaving = new AbortController();
    this.#serving.set(ticket, leaving);
    const tell = (notification: RpcNotification) =>
      this.#mail.send(from, KINDS.told, { ticket, notification });

    void this.#holder.resume(id, memberId, responses, tell, leaving.signal)
      .then((next) => this.#mail.send(from, KINDS.ended, { ticket, next }))
      .catch((error) => this.#mail.send(from, KINDS.ended, { ticket, error: asLetter(error) }))
      // An answer that is too long for a letter, or a store that fails: the other gives up.
      .catch(() => {})
      .finally(() => this.#serving.delete(ticket));
    return {};
  }

  async #takeTold({ ticket, notification }: z.infer<typeof Told>): Promise<void> {
    await this.#waiting.get(ticket)?.tell(notification as RpcNotification);
  }

  #takeEnded({ ticket, next, error }: z.infer<typeof Ended>): void {
    const waiting = this.#waiting.get(ticket);
    if (error !== undefined) waiting?.ended.reject(fromLetter(error));
    else waiting?.ended.resolve(next as unknown as UpstreamAnswer | Wanted);
  }
}

function lost(): GatewayError {
  return badState("belongs to a call whose process has ended; call again");
}

function asLetter(error: unknown): { code: string; sentence: string } {
  const { code, publicMessage } = asGatewayError(error);
  return { code, sentence: publicMessage };
}

function fromLetter({ code, sentence }: { code: string; sentence: string }): GatewayError {
  const known: ErrorCode = code in ERROR_KINDS ? code as ErrorCode : "internal";
  return new GatewayError(known, sentence, { publicMessage: sentence });
}
