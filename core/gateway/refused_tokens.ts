import type { Reason } from "../calls/call.ts";
import type { CallLog, LoggedWorkspace } from "../calls/call_log.ts";
import { GatewayError } from "../errors.ts";
import type { TokenId } from "../ids.ts";
import type { Token } from "../tokens/token.ts";
import type { Log } from "./rpc_reply.ts";

/** A token that is known, and opens nothing here; its bearer reads what a stranger reads. */
export class RefusedToken extends GatewayError {
  readonly token: Token;
  /** The workspace that it belongs to, on whose record this goes. */
  readonly workspace: LoggedWorkspace;
  readonly reason: Reason;

  constructor(token: Token, workspace: LoggedWorkspace, reason: Reason) {
    super("unauthorized", `Refused token "${token.id}": ${reason}`);
    this.token = token;
    this.workspace = workspace;
    this.reason = reason;
  }
}

/** How many refusals of one token go on the record in a minute, by each process. */
export const MAX_RECORDED = 60;

const MINUTE_MS = 60_000;

/**
 * Puts refused tokens on the record, and nothing of what was asked with them.
 *
 * Who has lost a token still can send as many requests as an address may: the record takes so
 * many of each minute that it shows all who try by hand, and an editor that tries again and
 * again, and cannot be used to fill the store.
 */
export class RefusedTokens {
  readonly #callLog: CallLog;
  readonly #now: () => Date;
  readonly #log: Log;
  readonly #counts = new Map<TokenId, number>();
  #minute = 0;

  constructor({ callLog, now, log }: { callLog: CallLog; now: () => Date; log: Log }) {
    this.#callLog = callLog;
    this.#now = now;
    this.#log = log;
  }

  /** Resolves when it is on the record. Never rejects: the refusal stays what it is. */
  async note({ token, workspace, reason }: RefusedToken): Promise<void> {
    const at = this.#now();
    if (!this.#isRecorded(token.id, at)) return;

    try {
      await this.#callLog.record(workspace, {
        at: at.toISOString(),
        tokenId: token.id,
        person: token.name,
        email: token.email,
        serverId: null,
        server: null,
        method: "authenticate",
        tool: "",
        era: null,
        outcome: "refused",
        reason,
        durationMs: 0,
        bytesIn: 0,
        bytesOut: 0,
      });
    } catch (error) {
      this.#log(`Cannot record that token "${token.id}" was refused: ${error}`);
    }
  }

  /** Whether another one of this minute goes on the record. */
  #isRecorded(id: TokenId, at: Date): boolean {
    const minute = Math.floor(at.getTime() / MINUTE_MS);
    if (minute !== this.#minute) this.#counts.clear();
    this.#minute = minute;

    const count = (this.#counts.get(id) ?? 0) + 1;
    this.#counts.set(id, count);
    return count <= MAX_RECORDED;
  }
}
