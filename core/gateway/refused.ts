import type { Reason } from "../calls/call.ts";
import type { ProtocolFault } from "../mcp/eras.ts";
import { type Message, type RequestId, RPC } from "../mcp/message.ts";
import { SESSION_NOT_FOUND } from "./callers.ts";
import { endBy } from "./forward.ts";
import { errorResponse, faultResponse, type Log } from "./rpc_reply.ts";

/** Thrown for what is refused before it is served, with the answer that its client gets. */
export class Refused extends Error {
  override name = "Refused";
  readonly response: Response;
  readonly reason: Reason;
  /** What it had asked for, where that could be read. */
  readonly messages: readonly Message[];

  constructor(response: Response, reason: Reason, messages: readonly Message[] = []) {
    super(reason);
    this.response = response;
    this.reason = reason;
    this.messages = messages;
  }

  /** Anything that was thrown, as the refusal of these messages. */
  static of(error: unknown, messages: readonly Message[], log: Log): Refused {
    if (!(error instanceof Refused)) {
      return new Refused(errorResponse(error, log), endBy(error).reason, messages);
    }
    return error.messages.length > 0 ? error : new Refused(error.response, error.reason, messages);
  }
}

/** The refusal of what breaks the protocol. */
export function faulty(fault: ProtocolFault, id?: RequestId): Refused {
  return new Refused(faultResponse(id, fault), reasonOfFault(fault));
}

/** The refusal of a session id that is none. */
export function sessionNotFound(): Refused {
  return faulty(SESSION_NOT_FOUND);
}

function reasonOfFault(fault: ProtocolFault): Reason {
  if (fault === SESSION_NOT_FOUND) return "unknown_session";
  if (fault.code === RPC.headerMismatch) return "header_mismatch";
  return fault.code === RPC.invalidParams ? "invalid_input" : "invalid_request";
}
