import { z } from "zod";
import { keys } from "../kv/keys.ts";
import type { StateOwner } from "./session_state.ts";

const Listening = z.object({ instanceId: z.string() });

/** After how long a process that says nothing is believed to hold a stream no more. */
const EXPIRE_MS = 30 * 60 * 1000;

/** Remembers which process holds the stream that a legacy session listens on. */
export class ListeningStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** The process where a session listens; `null` when it listens nowhere. */
  async find({ memberId, sessionKey }: StateOwner): Promise<string | null> {
    const { value } = await this.#kv.get(keys.listening(memberId, sessionKey));
    return value === null ? null : Listening.parse(value).instanceId;
  }

  /** From now on the session listens at this process, wherever it did before. */
  async claim({ memberId, sessionKey }: StateOwner, instanceId: string): Promise<void> {
    const key = keys.listening(memberId, sessionKey);
    await this.#kv.set(key, { instanceId }, { expireIn: EXPIRE_MS });
  }

  /** The session still listens here, unless it has gone elsewhere meanwhile. */
  async renew(owner: StateOwner, instanceId: string): Promise<void> {
    const holder = await this.find(owner);
    if (holder === null || holder === instanceId) await this.claim(owner, instanceId);
  }

  /** The session no longer listens here; where it has gone meanwhile stays. */
  async release(owner: StateOwner, instanceId: string): Promise<void> {
    const key = keys.listening(owner.memberId, owner.sessionKey);
    const entry = await this.#kv.get(key);
    if (entry.value === null || Listening.parse(entry.value).instanceId !== instanceId) return;
    // Who claims it in this moment wins.
    await this.#kv.atomic().check(entry).delete(key).commit();
  }
}
