import { resultOf } from "../mcp/message.ts";
import type { Server } from "../servers/server.ts";
import { NO_STATE } from "../sessions/session_state.ts";
import type { SessionStates } from "../sessions/session_states.ts";
import type { Connector } from "../upstream/connector.ts";
import type { Caller } from "../upstream/upstream.ts";
import { NO_SESSION } from "../sessions/session.ts";
import { type Access, type Authority, memberTarget } from "./authority.ts";
import { NotShown } from "./admission.ts";
import { forward, type ForwardDeps, type ForwardEnd, refusedEnd } from "./forward.ts";
import type { Incoming } from "./incoming.ts";
import type { Attendances } from "./attendances.ts";

const DONE = { outcome: "ok", reason: null } as const;

/** What subscribing needs. */
export interface SubscriptionDeps extends ForwardDeps {
  authority: Authority;
  attendances: Attendances;
}

/**
 * Serves `resources/subscribe` and `resources/unsubscribe` of a legacy client.
 *
 * A legacy server is asked itself. A modern one knows no such request: it is listened to
 * for as long as the client does. Both are remembered for the client's session.
 */
export async function serveSubscription(
  deps: SubscriptionDeps,
  incoming: Incoming,
  server: Server,
  uri: string,
): Promise<ForwardEnd> {
  const { request, access, caller, signal } = incoming;
  const isWanted = request.method === "resources/subscribe";

  try {
    const target = await memberTarget(access, server);
    const { route } = await deps.connector.profile(target, caller, signal);
    if (route === "modern" && isWanted) deps.attendances.checkRoom(caller, server.id);
    const end = route === "modern"
      ? { response: resultOf(request.id, {}), status: 200, ...DONE, item: uri }
      : await forward(deps, incoming, server, uri);
    if (end.response.error !== undefined) return end;

    await remember(deps.states, caller, server, uri, isWanted);
    if (route === "modern") await attend(deps, access, caller, server);
    return end;
  } catch (error) {
    if (error instanceof NotShown) throw error;
    return { ...refusedEnd(deps, incoming, error, uri), status: 200 };
  }
}

async function remember(
  states: SessionStates,
  caller: Caller,
  { id: serverId }: Server,
  uri: string,
  isWanted: boolean,
): Promise<void> {
  if (caller.sessionKey === NO_SESSION) return;
  await states.update(caller, (state) => {
    const others = state.subscriptions.filter((one) =>
      one.serverId !== serverId || one.uri !== uri
    );
    return { ...state, subscriptions: isWanted ? [...others, { serverId, uri }] : others };
  });
}

type AttendDeps = Pick<SubscriptionDeps, "authority" | "attendances" | "states">;

/** Listens at a modern server for everything that a session subscribed to there. */
async function attend(
  { states, attendances, authority }: AttendDeps,
  access: Access,
  caller: Caller,
  server: Server,
): Promise<void> {
  const { subscriptions } = await states.get(caller);
  const uris = subscriptions.filter((one) => one.serverId === server.id).map((one) => one.uri);
  const { snapshot: { workspace: { slug } }, token } = access;
  const target = () => authority.targetOf(slug, token.hash, server.slug);
  await attendances.set(caller, server.id, uris, { access, target });
}

/**
 * Takes up again what a session subscribed to, for a client that has begun to listen on
 * this process. Never throws: a server that fails is met again at the next request.
 */
export async function restoreSubscriptions(
  deps: AttendDeps & { connector: Connector },
  access: Access,
  caller: Caller,
  signal: AbortSignal,
): Promise<void> {
  const { subscriptions } = await deps.states.get(caller).catch(() => NO_STATE);
  if (subscriptions.length === 0) return;
  const ids = new Set(subscriptions.map(({ serverId }) => serverId));
  // The client began to listen a while ago: it may not be let in, or the server not called, now.
  const { slug } = access.snapshot.workspace;
  const now = await deps.authority.authenticateHash(slug, access.token.hash).catch(() => null);
  const servers = [...now?.snapshot.servers.values() ?? []].filter(({ id }) => ids.has(id));

  await Promise.all(servers.map(async (server) => {
    try {
      const target = await deps.authority.targetOf(slug, access.token.hash, server.slug);
      // A legacy session takes up its subscriptions by itself when it is opened.
      const { route } = await deps.connector.profile(target, caller, signal);
      if (route === "modern") await attend(deps, access, caller, server);
    } catch {
      // Said above.
    }
  }));
}
