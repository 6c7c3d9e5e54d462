import { createHash } from "node:crypto";
import type { LegacySession } from "./legacy_session.ts";
import type { Caller, Target } from "./upstream.ts";

/** A session of the pool, from when it begins to be opened. */
export interface Pooled {
  readonly key: string;
  readonly target: Target;
  readonly owner: Caller;
  readonly open: () => Promise<LegacySession | null>;
  readonly opening: Promise<LegacySession | null>;
  /** `null` until it is open. */
  session: LegacySession | null;
  users: number;
  idleSinceMs: number;
  /** Whether it ends with its last use: its address or secrets are old, or it is not allowed. */
  isOutdated: boolean;
}

/** Which callers share a session: those who agree in all that it was opened with. */
export function sessionKey(target: Target, { memberId, sessionKey, client }: Caller): string {
  const declared = JSON.stringify([client.protocolVersion, client.capabilities]);
  const digest = createHash("sha256").update(declared).digest("base64url");
  return JSON.stringify([target.fingerprint, memberId, sessionKey, digest]);
}
