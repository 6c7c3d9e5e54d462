import { commitWithRetry } from "../kv/commit.ts";
import { keys } from "../kv/keys.ts";
import { parseEntry } from "../kv/records.ts";
import { hashToken } from "../tokens/token_text.ts";
import { type GitHubSignIn, Session, untilEnd } from "./session.ts";

/** Keeps when GitHub was asked about a session; what changed by it is a change of its own. */
export class SessionCheckStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** Notes the times of a check; nothing happens when the session ended meanwhile. */
  async note(text: string, gitHub: GitHubSignIn, now: Date): Promise<void> {
    const key = keys.adminSession(hashToken(text));
    await commitWithRetry("note when GitHub was asked", async () => {
      const entry = await this.#kv.get(key);
      const session = parseEntry(Session, entry);
      if (session === null) return { atomic: null, result: undefined };
      const expireIn = untilEnd(session, now);
      const atomic = this.#kv.atomic().check(entry).set(key, { ...session, gitHub }, { expireIn });
      return { atomic, result: undefined };
    });
  }
}
