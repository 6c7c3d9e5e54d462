import { z } from "zod";
import { ServerId } from "../ids.ts";

/** What a legacy client told the gateway once and expects to hold for its session. */
export const SessionState = z.object({
  /** `null` until the client names one. */
  logLevel: z.string().nullable(),
  subscriptions: z.array(z.object({
    serverId: ServerId,
    /** The resource's own URI at its server. */
    uri: z.string(),
  })),
});
export type SessionState = z.infer<typeof SessionState>;

/** Names a session: whose it is, and its nonce. */
export interface StateOwner {
  memberId: string;
  sessionKey: string;
}

/** What holds for a session that has said nothing yet. */
export const NO_STATE: SessionState = { logLevel: null, subscriptions: [] };
