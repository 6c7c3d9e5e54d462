import { GatewayError } from "../errors.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { keys } from "../kv/keys.ts";
import { SESSION_LIFETIME_MS } from "./session.ts";
import { NO_STATE, SessionState, type StateOwner } from "./session_state.ts";

/** A record of the store holds 64 KiB; most characters of a URI need one byte. */
const MAX_STATE_CHARS = 30_000;

/** Keeps what legacy clients said for their whole session. */
export class SessionStateStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** The state of a session; an empty one where nothing was said. */
  async get(owner: StateOwner): Promise<SessionState> {
    const { value } = await this.#kv.get(keyOf(owner));
    return value === null ? NO_STATE : SessionState.parse(value);
  }

  /** Changes a state, whoever else does at the same time. Throws `limit_reached`. */
  update(
    owner: StateOwner,
    change: (state: SessionState) => SessionState,
  ): Promise<SessionState> {
    const key = keyOf(owner);
    return commitWithRetry("change a session", async () => {
      const entry = await this.#kv.get(key);
      const before = entry.value === null ? NO_STATE : SessionState.parse(entry.value);
      const result = change(before);
      if (result === before) return { atomic: null, result };
      checkSize(result);
      const atomic = this.#kv.atomic().check(entry)
        .set(key, result, { expireIn: SESSION_LIFETIME_MS });
      return { atomic, result };
    });
  }

  /** Forgets a session that has ended. */
  async delete(owner: StateOwner): Promise<void> {
    await this.#kv.delete(keyOf(owner));
  }
}

function keyOf({ memberId, sessionKey }: StateOwner): Deno.KvKey {
  return keys.sessionState(memberId, sessionKey);
}

function checkSize(state: SessionState): void {
  if (JSON.stringify(state).length <= MAX_STATE_CHARS) return;
  const sentence = `${state.subscriptions.length} subscriptions of one session are too many: ` +
    `together they have more than ${MAX_STATE_CHARS} characters`;
  throw new GatewayError("limit_reached", sentence, { publicMessage: sentence });
}
