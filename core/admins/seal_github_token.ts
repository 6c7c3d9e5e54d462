import type { Keyring } from "../secrets/keyring.ts";
import { Plaintext } from "../secrets/plaintext.ts";
import { open, seal, type SealContext, type Sealed } from "../secrets/seal.ts";
import type { Session } from "./session.ts";

/** Seals the access token that GitHub gave for one session; it opens in no other. */
export function sealGitHubToken(
  keyring: Keyring,
  session: Pick<Session, "id">,
  token: string,
): Promise<Sealed> {
  return seal(keyring, gitHubTokenContext(session), token);
}

/** Opens a session's access token; `null` where there is none, or its master key is not loaded. */
export async function openGitHubToken(
  keyring: Keyring,
  session: Pick<Session, "id" | "sealed">,
): Promise<Plaintext | null> {
  if (session.sealed === null) return null;
  const token = await open(keyring, gitHubTokenContext(session), session.sealed);
  return token === null ? null : new Plaintext(token);
}

/** What such a token is bound to: its session. */
export function gitHubTokenContext({ id }: Pick<Session, "id">): SealContext {
  return {
    purpose: "aerostack access tokens of admins at GitHub",
    boundTo: ["admin_session", id],
  };
}
