import type { TokenId } from "../ids.ts";
import { prefixes } from "../kv/keys.ts";

/** Of how many members is looked for something at once. */
const MEMBERS_AT_ONCE = 20;

/** How many keys one commit deletes. */
const KEYS_PER_COMMIT = 500;

/** What sessions of legacy clients have stored, as far as it belongs to one member. */
export class MemberSessionStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /**
   * Forgets what sessions of these members have stored, after their tokens have ended.
   * Nobody can use it any more, so it need not happen in the same moment.
   */
  async forget(members: readonly TokenId[]): Promise<void> {
    for (let at = 0; at < members.length; at += MEMBERS_AT_ONCE) {
      const group = members.slice(at, at + MEMBERS_AT_ONCE);
      await Promise.all(group.flatMap((member) => [
        this.#clear(prefixes.sessionStates(member)),
        this.#clear(prefixes.listenings(member)),
      ]));
    }
  }

  async #clear(prefix: Deno.KvKey): Promise<void> {
    const found = await Array.fromAsync(this.#kv.list({ prefix }));
    for (let at = 0; at < found.length; at += KEYS_PER_COMMIT) {
      const atomic = this.#kv.atomic();
      for (const { key } of found.slice(at, at + KEYS_PER_COMMIT)) atomic.delete(key);
      await atomic.commit();
    }
  }
}
