import { Buffer } from "node:buffer";
import { GatewayError } from "../errors.ts";
import { randomText } from "../ids.ts";
import { isObject, type JsonObject } from "../mcp/message.ts";
import { asClientInfo } from "../mcp/meta.ts";
import { negotiateLegacy } from "../mcp/versions.ts";
import type { Keyring } from "../secrets/keyring.ts";
import type { Token } from "../tokens/token.ts";
import type { EndedSessionStore } from "./ended_session_store.ts";
import { RecordSeal } from "./record_seal.ts";
import { ClientSession, MAX_PROFILE_BYTES, SESSION_LIFETIME_MS } from "./session.ts";

const HEX = "0123456789abcdef";

/** Begins, reads and ends the sessions of legacy clients. */
export class ClientSessions {
  readonly #seal: RecordSeal<typeof ClientSession>;
  readonly #ended: EndedSessionStore;
  readonly #now: () => Date;

  constructor(keyring: Keyring, ended: EndedSessionStore, now: () => Date) {
    this.#seal = new RecordSeal(keyring, "client-session", ClientSession);
    this.#ended = ended;
    this.#now = now;
  }

  /**
   * What a client's `initialize` agrees on. Throws `invalid_input` when it says more
   * about itself than a session id can carry. `server` is the one that the endpoint shows.
   */
  agree(token: Token, params: JsonObject | undefined, server: string | null): ClientSession {
    const clientInfo = asClientInfo(params?.clientInfo);
    const capabilities = isObject(params?.capabilities) ? params.capabilities : {};
    const sizeBytes = Buffer.byteLength(JSON.stringify([clientInfo, capabilities]));
    if (sizeBytes > MAX_PROFILE_BYTES) throw profileTooLarge(sizeBytes);

    return {
      workspaceId: token.workspaceId,
      tokenId: token.id,
      server,
      nonce: randomText(32, HEX),
      protocolVersion: negotiateLegacy(params?.protocolVersion),
      clientInfo,
      capabilities,
      startedAtMs: this.#now().getTime(),
    };
  }

  /** The id under which the client names its session. */
  idOf(session: ClientSession): Promise<string> {
    return this.#seal.seal(session);
  }

  /**
   * The session that an id names, or `null` when it is none of this token: unknown,
   * somebody else's, of another endpoint, expired, or among the `sessionsEnded` that ended
   * in the workspace.
   */
  async find(
    id: string,
    { token, sessionsEnded }: { token: Token; sessionsEnded: bigint },
    server: string | null,
  ): Promise<ClientSession | null> {
    const session = await this.#seal.open(id);
    if (session === null || session.tokenId !== token.id) return null;
    if (session.workspaceId !== token.workspaceId || session.server !== server) return null;
    if (this.#now().getTime() - session.startedAtMs > SESSION_LIFETIME_MS) return null;
    const { workspaceId, nonce } = session;
    return await this.#ended.has(workspaceId, nonce, sessionsEnded) ? null : session;
  }

  /** Ends a session for good, on every process. */
  async end(session: ClientSession): Promise<void> {
    await this.#ended.end(session.workspaceId, session.nonce, SESSION_LIFETIME_MS);
  }
}

function profileTooLarge(sizeBytes: number): GatewayError {
  const sentence = `clientInfo and capabilities have ${sizeBytes} bytes; ` +
    `the limit is ${MAX_PROFILE_BYTES}`;
  return new GatewayError("invalid_input", sentence, { publicMessage: sentence });
}
