import { afterAbout } from "../coarse_timer.ts";
import { errorOf, RPC, type RpcNotification, type RpcRequest } from "../mcp/message.ts";
import type { SessionState } from "../sessions/session_state.ts";
import type { SessionStates } from "../sessions/session_states.ts";
import type { ClientSession } from "../sessions/session.ts";
import type { Connector } from "../upstream/connector.ts";
import type { Caller } from "../upstream/upstream.ts";
import { type AdmissionDeps, visibilityOf } from "./admission.ts";
import type { Authority } from "./authority.ts";
import type { Attendances } from "./attendances.ts";
import { callerOf } from "./callers.ts";
import type { ClientLines } from "./client_lines.ts";
import type { Endpoint } from "./endpoint.ts";
import { EventStream, STREAM_HEADERS } from "./event_stream.ts";
import type { ListChanges } from "./list_changes.ts";
import type { MemberEnds } from "./member_ends.ts";
import type { OpenStreams } from "./open_streams.ts";
import type { ReplayStream } from "./replay_stream.ts";
import type { ReplayStreams } from "./replay_streams.ts";
import { restoreSubscriptions } from "./subscriptions.ts";
import type { TokenEnds } from "./token_ends.ts";

/** What listening clients need. */
export interface ListeningDeps extends Pick<AdmissionDeps, "definitions"> {
  attendances: Attendances;
  authority: Authority;
  connector: Connector;
  lines: ClientLines;
  listChanges: ListChanges;
  memberEnds: MemberEnds;
  openStreams: OpenStreams;
  replays: ReplayStreams;
  states: SessionStates;
  tokenEnds: TokenEnds;
}

/** How a client that listens is reached. */
export interface Ear {
  isShared: boolean;
  isAttached(): boolean;
  send(message: RpcNotification | RpcRequest): Promise<void>;
}

/** After this long subscriptions are taken up again: a client that asks something is first. */
const RESTORE_MS = 1_000;

/** The streams on which clients of legacy sessions wait for what nobody asked for. */
export class ListeningStreams {
  readonly #deps: ListeningDeps;

  constructor(deps: ListeningDeps) {
    this.#deps = deps;
  }

  /**
   * Opens a stream, or goes on with the one whose event the client names as the last that
   * it saw. Throws `too_many`.
   */
  async open(
    endpoint: Endpoint,
    session: ClientSession,
    headers: Headers,
  ): Promise<Response> {
    const lastEventId = headers.get("last-event-id");
    let stream: ReplayStream | null = null;
    const { openStreams, replays } = this.#deps;
    const connection = new EventStream(() => {
      held[Symbol.dispose]();
      stream?.left(connection);
      replays.left(connection);
    });
    const { slug, access } = endpoint;
    const held = openStreams.hold(slug, access, connection, () => {
      stream?.drop();
      replays.left(connection);
    });
    const response = new Response(connection.body, { headers: STREAM_HEADERS });

    if (lastEventId !== null) {
      const owner = { memberId: session.tokenId, sessionKey: session.nonce };
      const resumption = await replays.resume(owner, lastEventId, connection);
      if (resumption === "resumed") return response;
      const answer = resumption === "over" ? nothingMore() : streamIsGone();
      if (resumption === "over" || replays.kindOf(lastEventId) === "reply") {
        held[Symbol.dispose]();
        return answer;
      }
    }

    stream = await this.#begin(endpoint, session, headers, connection);
    return response;
  }

  /** Lets a client hear what concerns its session, until it is disposed of. */
  async join(endpoint: Endpoint, caller: Caller, ear: Ear): Promise<Disposable> {
    const { connector, lines, listChanges, memberEnds } = this.#deps;
    const { slug, access, scope } = endpoint;
    const leaving = new AbortController();
    using joined = new DisposableStack();
    joined.use(connector.hold(caller));
    joined.use(listChanges.join({
      slug,
      access,
      scope,
      notify: (notification) => {
        if (lines.isChosen(caller, ear.send)) void ear.send(notification);
      },
    }));
    joined.use(afterAbout(RESTORE_MS, () => {
      void restoreSubscriptions(this.#deps, access, caller, leaving.signal)
        .then(() => memberEnds.note(access));
    }));
    joined.defer(() => leaving.abort());
    const hears = (server: string, message: RpcNotification | RpcRequest) =>
      this.#hears(endpoint, caller, server, message).catch(() => false);
    joined.use(await lines.open({ client: caller, scope, hears, ...ear }));
    return joined.move();
  }

  async #hears(
    { slug, access }: Endpoint,
    caller: Caller,
    server: string,
    message: RpcNotification | RpcRequest,
  ): Promise<boolean> {
    const { authority, states } = this.#deps;
    const current = await authority.authenticateHash(slug, access.token.hash);
    const installed = current.snapshot.servers.get(server);
    if (installed === undefined) return false;
    if (message.method !== "notifications/resources/updated") return true;
    const visibility = await visibilityOf(this.#deps, current, installed);
    if (visibility?.lets(message) === false) return false;
    const isSubscribed = ({ subscriptions }: SessionState) =>
      subscriptions.some(({ serverId }) => serverId === installed.id);
    // Another process may have answered to the subscription just now.
    return isSubscribed(await states.get(caller)) || isSubscribed(await states.getNow(caller));
  }

  async #begin(
    endpoint: Endpoint,
    session: ClientSession,
    headers: Headers,
    connection: EventStream,
  ): Promise<ReplayStream> {
    let joined: Disposable | null = null;
    let isClosed = false;
    const { connector, replays, tokenEnds } = this.#deps;
    const caller = callerOf(session, headers);
    const stream = replays.open(session, "listening", () => {
      isClosed = true;
      tokenEnd[Symbol.dispose]();
      joined?.[Symbol.dispose]();
    });
    // The client may be away just then, and nobody may come back for it any more.
    const tokenEnd = tokenEnds.watch(endpoint.access, () => {
      stream.drop();
      connector.endSessionsOf(caller);
    });
    joined = await this.join(endpoint, caller, {
      isShared: true,
      isAttached: () => stream.isAttached,
      send: (message) => stream.send(JSON.stringify(message)),
    });
    if (isClosed) joined[Symbol.dispose]();
    // The head of the reply is sent with its first byte.
    await connection.write(":\n\n");
    await stream.begin(connection);
    return stream;
  }
}

/** The client has seen all there was; it is not to come back (HTML, Server-sent events). */
function nothingMore(): Response {
  return new Response(null, { status: 204 });
}

function streamIsGone(): Response {
  const message = "The stream can no longer be resumed; send the request again";
  return Response.json(errorOf(undefined, RPC.invalidRequest, message), { status: 410 });
}
