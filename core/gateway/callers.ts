import { eraOf, headerFault, type ProtocolFault } from "../mcp/eras.ts";
import type { RpcRequest } from "../mcp/message.ts";
import { asClientInfo } from "../mcp/meta.ts";
import { type ClientSession, NO_SESSION } from "../sessions/session.ts";
import type { ClientSessions } from "../sessions/client_sessions.ts";
import type { Caller } from "../upstream/upstream.ts";
import type { Endpoint } from "./endpoint.ts";

/** Who sends a request, or why it cannot be served. */
export type CallerVerdict =
  /** `session` is what the client names, or has just begun; `null` where there is none. */
  | { caller: Caller; session: ClientSession | null; isNew: boolean }
  | { fault: ProtocolFault };

/** The answer to a session id that is none: the client begins a new session. */
export const SESSION_NOT_FOUND: ProtocolFault = {
  status: 404,
  code: -32001,
  message: "Session not found; begin a new one with initialize",
};

/** Finds out in which era a request speaks, and in which session. Throws `invalid_input`. */
export async function identifyCaller(
  sessions: ClientSessions,
  { access, scope: { server } }: Endpoint,
  request: RpcRequest,
  headers: Headers,
): Promise<CallerVerdict> {
  const { token } = access;
  const verdict = eraOf(request.method, request.params, headers);
  if (verdict.era === "fault") return { fault: verdict.fault };

  if (verdict.era === "modern") {
    const fault = headerFault(request, headers);
    if (fault !== null) return { fault };
    const caller: Caller = {
      memberId: token.id,
      sessionKey: NO_SESSION,
      era: "modern",
      client: verdict.client,
      headers,
    };
    return { caller, session: null, isNew: false };
  }

  if (request.method === "initialize") {
    const session = sessions.agree(token, request.params, server);
    return { caller: callerOf(session, headers), session, isNew: true };
  }

  const id = headers.get("mcp-session-id");
  if (id === null) {
    const caller = sessionless(token.id, verdict.version, headers);
    return { caller, session: null, isNew: false };
  }
  const session = await sessions.find(id, access, server);
  if (session === null) return { fault: SESSION_NOT_FOUND };
  return { caller: callerOf(session, headers), session, isNew: false };
}

/** A session's client, as its requests are served. */
export function callerOf(session: ClientSession, headers: Headers): Caller {
  return {
    memberId: session.tokenId,
    sessionKey: session.nonce,
    era: "legacy",
    client: {
      protocolVersion: session.protocolVersion,
      info: session.clientInfo,
      capabilities: session.capabilities,
    },
    headers,
  };
}

/** A legacy client that keeps no session: some leave out the header that names it. */
function sessionless(
  memberId: Caller["memberId"],
  version: string,
  headers: Headers,
): Caller {
  return {
    memberId,
    sessionKey: NO_SESSION,
    era: "legacy",
    client: {
      protocolVersion: version,
      info: asClientInfo(undefined),
      capabilities: {},
    },
    headers,
  };
}
