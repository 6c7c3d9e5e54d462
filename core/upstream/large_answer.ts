import { isPlainAnswer } from "../mcp/answer_peek.ts";
import { JsonFault } from "../mcp/json_lexer.ts";
import type { RequestId, RpcResponse } from "../mcp/message.ts";
import { breachFailure, upstreamFailure } from "./failures.ts";
import { strictChunks } from "./strict_chunks.ts";
import type { Route, UpstreamCall } from "./upstream.ts";

/** From how many bytes on an answer is large. */
export const LARGE_BYTES = 1024 * 1024;

/** How the answer to one request is passed on while it comes, should it turn out large. */
export interface AnswerPassage {
  /** Whether a large message that begins so can be passed on now. */
  isWanted(beginning: Uint8Array): boolean;
  /**
   * Passes it on, and gives what stands for it. Whatever this throws is the end of the
   * call: part of an answer was given away, so nothing is asked again.
   */
  pass(chunks: AsyncIterable<Uint8Array>): Promise<RpcResponse>;
}

/** The passage of a call's answer; `undefined` for a call that wants its answers whole. */
export function answerPassage(
  { large, target: { slug } }: Pick<UpstreamCall, "large" | "target">,
  askedId: RequestId,
  route: Route,
): AnswerPassage | undefined {
  if (large === undefined) return undefined;
  return {
    isWanted: (beginning) => large.isWelcome() && isPlainAnswer(beginning),
    async pass(chunks) {
      try {
        const strict = strictChunks(unbroken(slug, chunks));
        const result = await large.pass({ chunks: strict, askedId, route });
        return { jsonrpc: "2.0", id: askedId, result };
      } catch (error) {
        const breach = breachFailure(slug, error);
        if (breach !== null) throw breach;
        throw error instanceof JsonFault ? notTheAnswer(slug) : error;
      }
    },
  };
}

async function* unbroken(
  slug: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  for (let next = await step(); !next.done; next = await step()) yield next.value;

  async function step(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await iterator.next();
    } catch {
      const what = "broke its answer off in the middle";
      throw upstreamFailure(slug, "connect", what, "down");
    }
  }
}

function notTheAnswer(slug: string) {
  return upstreamFailure(slug, "protocol", "sent a large answer that is not valid JSON-RPC");
}
