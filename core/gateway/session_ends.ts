import { z } from "zod";
import { TokenId } from "../ids.ts";
import type { JsonObject } from "../mcp/message.ts";
import type { ClientSessions } from "../sessions/client_sessions.ts";
import type { ClientSession } from "../sessions/session.ts";
import type { SessionStates } from "../sessions/session_states.ts";
import type { Connector } from "../upstream/connector.ts";
import type { Attendances } from "./attendances.ts";
import type { InstanceMail } from "./instance_mail.ts";
import type { ReplayStreams } from "./replay_streams.ts";

/** What ending a session needs. */
export interface SessionEndsDeps {
  attendances: Attendances;
  connector: Connector;
  mail: InstanceMail;
  replays: ReplayStreams;
  sessions: ClientSessions;
  states: SessionStates;
}

/** The kind of letter that tells of a session's end. */
const ENDED = "session_ended";

const Letter = z.object({ memberId: TokenId, sessionKey: z.string() });

/** Ends sessions of legacy clients, with all that was opened for them anywhere. */
export class SessionEnds {
  readonly #deps: SessionEndsDeps;

  constructor(deps: SessionEndsDeps) {
    this.#deps = deps;
    deps.mail.on(ENDED, (body) => this.#takeLetter(body));
  }

  /** Ends a session for good; it is refused everywhere once this has resolved. */
  async end(session: ClientSession): Promise<void> {
    const { sessions, states, mail } = this.#deps;
    const owner = { memberId: session.tokenId, sessionKey: session.nonce };
    await sessions.end(session);
    this.#close(owner);
    await states.end(owner);
    await mail.broadcast(ENDED, owner);
  }

  #takeLetter(body: JsonObject): void {
    const owner = Letter.safeParse(body);
    if (owner.success) this.#close(owner.data);
  }

  #close(owner: z.infer<typeof Letter>): void {
    this.#deps.replays.endOf(owner);
    this.#deps.attendances.endOf(owner);
    this.#deps.connector.endSessionsOf(owner);
  }
}
