import { z } from "zod";
import { TokenId, WorkspaceId } from "../ids.ts";

/**
 * What a legacy client agreed on at `initialize`, sealed into its session id.
 *
 * Any process can read it back, so none has to hold it.
 */
export const ClientSession = z.object({
  workspaceId: WorkspaceId,
  tokenId: TokenId,
  /** The slug of the one server that its endpoint shows; `null` = all of them. */
  server: z.string().nullable(),
  /** Names this session among all others. */
  nonce: z.string(),
  protocolVersion: z.string(),
  clientInfo: z.record(z.string(), z.unknown()),
  capabilities: z.record(z.string(), z.unknown()),
  /** Milliseconds since 1970. */
  startedAtMs: z.number(),
});
export type ClientSession = z.infer<typeof ClientSession>;

/** The session key of callers that have no session of their own, member by member. */
export const NO_SESSION = "none";

/** After this long a client must begin a new session, which it does by itself on a 404. */
export const SESSION_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/** A header must carry the sealed id, so what a client says of itself has a limit. */
export const MAX_PROFILE_BYTES = 3_000;

/** Says which stream a POST of the HTTP+SSE transport belongs to, and who holds it. */
export const StreamAddress = z.object({
  tokenId: TokenId,
  /** The slug of the one server that its endpoint shows; `null` = all of them. */
  server: z.string().nullable(),
  /** The process that holds the stream. */
  instanceId: z.string(),
  streamId: z.string(),
});
export type StreamAddress = z.infer<typeof StreamAddress>;
