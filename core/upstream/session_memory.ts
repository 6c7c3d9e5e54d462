import type { ServerId } from "../ids.ts";
import type { Caller } from "./upstream.ts";

/**
 * What a legacy client has set in its session, which holds for every session that is
 * opened with a server on its behalf.
 */
export interface SessionMemory {
  /** As the client asked for it; `null` when it did not. */
  logLevel: string | null;
  /** The resources it subscribed to, under their servers' own URIs. */
  subscriptions: readonly { serverId: ServerId; uri: string }[];
}

/** Looks up what the owner of a session has set. May reject; then nothing is restored. */
export type Recall = (owner: Caller) => Promise<SessionMemory>;

/** The session key of callers that have no session of their own. */
export const NO_SESSION_KEY = "none";
