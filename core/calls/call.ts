import { z } from "zod";
import { ServerId, TokenId } from "../ids.ts";

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
  /**
   * It was broken off before an answer: the client took it back, or its access, its server's
   * place or the process ended.
   */
  "cancelled",
  /** The server wants to know something from its client first (2026-07-28, MRTR). */
  "input_required",
]);
export type Outcome = z.infer<typeof Outcome>;

/**
 * Why a call was refused or failed: a closed list, so that nothing of a request or an answer
 * can be in it.
 */
export const Reason = z.enum([
  /** A limit of the token, the workspace or the tool. */
  "rate_limited",
  /** As much at once as a process or a server takes. */
  "too_many",
  "token_revoked",
  "token_expired",
  "workspace_disabled",
  /** A token of this workspace was used at another one. */
  "wrong_workspace",
  /** The token ended while its call was worked on. */
  "access_ended",
  "hidden_or_unknown",
  /** The tool changed, and an admin has not approved it yet. */
  "definition_held",
  "server_disabled",
  "secret_missing",
  /** The method is none that is answered here. */
  "unknown_method",
  "unknown_session",
  /** A stream, or the endpoint of a server, that is not there. */
  "not_found",
  "invalid_input",
  /** No JSON, no JSON-RPC, or not as its revision wants it. */
  "invalid_request",
  "header_mismatch",
  "too_large",
  "unsupported_media_type",
  "not_acceptable",
  "method_not_allowed",
  "forbidden",
  "conflict",
  "cancelled",
  /** The tool said that it failed. */
  "tool_error",
  /** The server answered with an error of the protocol. */
  "server_error",
  "upstream_timeout",
  "upstream_failed",
  "shutting_down",
  "internal",
]);
export type Reason = z.infer<typeof Reason>;

/** Which MCP era the client spoke. */
export const Era = z.enum(["modern", "legacy"]);
export type Era = z.infer<typeof Era>;

/** What is always put on the record: what a member does with what servers offer. */
export const CalledMethod = z.enum(["tools/call", "prompts/get", "resources/read"]);
export type CalledMethod = z.infer<typeof CalledMethod>;

/** What a record is of: a call, or a refusal of something else. */
export const RecordedMethod = z.enum([
  ...CalledMethod.options,
  /** Any other request, which is on the record when the gateway refused it. */
  "request",
  /** A token that opened something once, and nothing now. */
  "authenticate",
]);
export type RecordedMethod = z.infer<typeof RecordedMethod>;

/** Who called what, when, and how it ended; never arguments or results. */
export const Call = z.object({
  /** When the request arrived; ISO 8601, UTC. */
  at: z.string(),
  tokenId: TokenId,
  /** The person's name as the token says it. */
  person: z.string(),
  email: z.string().nullable(),
  /** The server, whatever became of it; `null` when the name belongs to no installed one. */
  serverId: ServerId.nullable(),
  /** The server's slug at the time; `null` when the name belongs to no installed server. */
  server: z.string().nullable(),
  /** What was asked for: a tool, a prompt or a resource; or what else was refused. */
  method: RecordedMethod,
  /**
   * The own name of the tool or prompt at its server, or the resource's URI; of another request
   * its method; empty where nothing was named. At most 200 characters are kept.
   */
  tool: z.string(),
  /** `null` for what was refused before it was known. */
  era: Era.nullable(),
  outcome: Outcome,
  /** Why it did not do what was asked; `null` for `ok` and `input_required`. */
  reason: Reason.nullable(),
  durationMs: z.number(),
  /** Size of the request's body. */
  bytesIn: z.number().int(),
  /** Size of the answer's message. */
  bytesOut: z.number().int(),
  /**
   * Whether its arguments are kept beside it; `false` when they should be and could not. Not
   * there where the workspace keeps none.
   */
  argumentsKept: z.boolean().optional(),
});
export type Call = z.infer<typeof Call>;

/** A call as lists show it. */
export const CallView = Call.extend({
  /** Its place in the log of its workspace: commits in their order, and calls within one. */
  id: z.string(),
});
export type CallView = z.infer<typeof CallView>;
