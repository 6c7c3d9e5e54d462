import { z } from "zod";
import { randomText, TokenId, WorkspaceId } from "../ids.ts";
import { keys } from "../kv/keys.ts";
import { parseEntry } from "../kv/records.ts";
import type { Token } from "../tokens/token.ts";
import { hashToken } from "../tokens/token_text.ts";

/** How long a member stays signed in to their own page. */
export const SELF_SESSION_MINUTES = 60;

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** 43 characters of 62 are 256 bits. */
const SECRET_LENGTH = 43;
const SECRET_PATTERN = /^[0-9A-Za-z]{43}$/;

const SelfSession = z.object({
  workspaceId: WorkspaceId,
  tokenId: TokenId,
  expiresAt: z.iso.datetime(),
});

/** Which token somebody signed in with. */
export type SignedIn = Pick<Token, "workspaceId" | "id">;

/**
 * Keeps who is signed in to their own page, by the hash of what their browser holds.
 *
 * A session names its token and no more: it is worth what the token is worth at the time.
 */
export class SelfSessionStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** Begins a session of one hour and gives the text for its cookie. */
  async create({ workspaceId, id }: SignedIn, now: Date): Promise<string> {
    const text = randomText(SECRET_LENGTH, ALPHABET);
    const expireIn = SELF_SESSION_MINUTES * 60_000;
    const expiresAt = new Date(now.getTime() + expireIn).toISOString();
    const session = { workspaceId, tokenId: id, expiresAt };
    await this.#kv.set(keys.selfSession(hashToken(text)), session, { expireIn });
    return text;
  }

  /** Who signed in with this cookie text; `null` when that is over. */
  async find(text: string, now: Date): Promise<SignedIn | null> {
    if (!SECRET_PATTERN.test(text)) return null;
    const entry = await this.#kv.get(keys.selfSession(hashToken(text)));
    const session = parseEntry(SelfSession, entry);
    if (session === null || Date.parse(session.expiresAt) <= now.getTime()) return null;
    return { workspaceId: session.workspaceId, id: session.tokenId };
  }

  /** Ends a session; nothing happens when it is over. */
  async remove(text: string): Promise<void> {
    if (SECRET_PATTERN.test(text)) await this.#kv.delete(keys.selfSession(hashToken(text)));
  }
}
