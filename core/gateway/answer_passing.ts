import { CalledMethod } from "../calls/call.ts";
import { AnswerSplice } from "../mcp/answer_splice.ts";
import type { JsonObject } from "../mcp/message.ts";
import type { LargeAnswer, LargeAnswers } from "../upstream/upstream.ts";
import type { Incoming, Passed } from "./incoming.ts";

/**
 * Passes one large answer on to its client while it comes, under the client's id, names and
 * era. Its last piece is held back until its call is on the record.
 */
export class AnswerPassing implements LargeAnswers {
  readonly #incoming: Incoming;
  readonly #slug: string;
  #hasBegun = false;
  #passed: Passed | null = null;

  constructor(incoming: Incoming, slug: string) {
    this.#incoming = incoming;
    this.#slug = slug;
  }

  /** What is left to be done for an answer that was passed on; `null` when none was. */
  get passed(): Passed | null {
    return this.#passed;
  }

  isWelcome(): boolean {
    const { request, line } = this.#incoming;
    const isMadeByServer = CalledMethod.safeParse(request.method).success;
    return isMadeByServer && !this.#hasBegun && line.takesLong();
  }

  async pass({ chunks, askedId, route }: LargeAnswer): Promise<JsonObject> {
    this.#hasBegun = true;
    const { request, caller, scope, line, signal } = this.#incoming;
    const splice = new AnswerSplice({
      askedId,
      callersId: request.id,
      callerEra: caller.era,
      route,
      naming: scope.naming,
      slug: this.#slug,
      method: request.method,
    });
    let sizeBytes = 0;
    let rest: Uint8Array[] = [];

    for await (const chunk of chunks) {
      signal.throwIfAborted();
      const pieces = splice.push(chunk);
      if (pieces.length === 0) continue;
      for (const piece of rest) await line.pass(piece);
      sizeBytes += sizeOf(pieces);
      rest = pieces;
    }
    const last = splice.end();
    this.#passed = { rest: [...rest, ...last], sizeBytes: sizeBytes + sizeOf(last) };
    return splice.isToolError ? { isError: true } : {};
  }
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
