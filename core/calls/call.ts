import { z } from "zod";
import { TokenId } from "../ids.ts";

/** How a call ended. */
export const Outcome = z.enum([
  "ok",
  /** The tool ran and said that it failed (`isError`). */
  "tool_error",
  /** The server answered with a JSON-RPC error. */
  "protocol_error",
  /** The server could not be reached, was too slow, or answered nonsense. */
  "upstream_failure",
  /** The gateway did not forward it. */
  "refused",
  /** The client took it back before an answer. */
  "cancelled",
  /** The server wants to know something from its client first (2026-07-28, MRTR). */
  "input_required",
]);
export type Outcome = z.infer<typeof Outcome>;

/** Which MCP era the client spoke. */
export const Era = z.enum(["modern", "legacy"]);
export type Era = z.infer<typeof Era>;

/** What is put on the record: what a member does with what servers offer. */
export const RecordedMethod = z.enum(["tools/call", "prompts/get", "resources/read"]);
export type RecordedMethod = z.infer<typeof RecordedMethod>;

/** Who called what, when, and how it ended; never arguments or results. */
export const Call = z.object({
  /** When the request arrived; ISO 8601, UTC. */
  at: z.string(),
  tokenId: TokenId,
  /** The person's name as the token says it. */
  person: z.string(),
  email: z.string().nullable(),
  /** The server's slug; `null` when the name belongs to no installed server. */
  server: z.string().nullable(),
  /** What was asked for: a tool, a prompt or a resource. */
  method: RecordedMethod,
  /**
   * The own name of the tool or prompt at its server, or the resource's URI; at most 200
   * characters are kept.
   */
  tool: z.string(),
  era: Era,
  outcome: Outcome,
  durationMs: z.number(),
  /** Size of the request's body. */
  bytesIn: z.number().int(),
  /** Size of the answer's message. */
  bytesOut: z.number().int(),
});
export type Call = z.infer<typeof Call>;
