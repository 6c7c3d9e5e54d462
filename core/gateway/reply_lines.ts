import type { RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import type { Caller } from "../upstream/upstream.ts";
import type { ClientAsks } from "./client_asks.ts";
import type { ClientLines } from "./client_lines.ts";
import type { ReplyLine } from "./incoming.ts";

/** Where what is said before an answer goes. */
export interface ReplySink {
  /** Aborts when nothing that is said will be read any more. */
  readonly lost: AbortSignal;
  /** Brings a message to the client; `false` when it reads no stream here. */
  say(message: RpcNotification | RpcRequest): Promise<boolean>;
  /** Whether an answer can be written in pieces. */
  readonly takesLong: boolean;
  /** Writes a piece of the answer. Rejects with `TakenBack` when the client has left. */
  pass(bytes: Uint8Array): Promise<void>;
}

/** What a line needs. */
export interface ReplyLineDeps {
  asks: ClientAsks;
  lines: ClientLines;
}

/**
 * The line to the client of one request: its own stream, and where there is none, the
 * stream on which its session listens.
 */
export function replyLine(
  { asks, lines }: ReplyLineDeps,
  caller: Caller,
  sink: ReplySink,
): ReplyLine {
  const send = async (message: RpcNotification | RpcRequest): Promise<boolean> =>
    await sink.say(message) || await lines.bring(caller, message);
  return {
    async notify(notification: RpcNotification): Promise<void> {
      await sink.say(notification);
    },
    ask(request: RpcRequest, signal: AbortSignal): Promise<RpcResponse> {
      return asks.ask({ client: caller, request, signal, send, lost: sink.lost });
    },
    takesLong: () => sink.takesLong,
    pass: (bytes) => sink.pass(bytes),
  };
}
