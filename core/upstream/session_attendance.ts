import type { JsonObject, RpcNotification } from "../mcp/message.ts";
import { type AttendCall, isEmptyFilter, isWanted } from "./attend.ts";
import { withDeadline } from "./deadline.ts";
import { timeoutFailure, upstreamFailure } from "./failures.ts";
import type { LegacyTransport } from "./legacy_transport.ts";
import { NotificationQueue } from "./notification_queue.ts";
import { acknowledge } from "./session_offers.ts";
import type { SessionOutside } from "./session_outside.ts";
import { SessionSubscriptions } from "./session_subscriptions.ts";

/** What attending needs of a session. */
export interface AttendedSession {
  transport: LegacyTransport;
  outside: SessionOutside;
  /** Whether it hears its server for others too. */
  listensAnyway(): boolean;
  /** Whether the server agreed. */
  ask(method: string, params: JsonObject): Promise<boolean>;
}

/** How many resources a client may subscribe to before they are no longer told apart. */
const MAX_SUBSCRIBED = 1_000;

/** Those who hear of changes in one session with a legacy server. */
export class SessionAttendance {
  readonly #session: AttendedSession;
  readonly #attended: SessionSubscriptions;
  /** What the session's own client is subscribed to. */
  readonly #own = new Set<string>();
  #attendees = 0;

  constructor(session: AttendedSession) {
    this.#session = session;
    const { ask } = session;
    this.#attended = new SessionSubscriptions(
      async (uri) => this.#own.has(uri) || await ask("resources/subscribe", { uri }),
      async (uri) => {
        if (!this.#own.has(uri)) await ask("resources/unsubscribe", { uri });
      },
    );
  }

  /** Notes that the session's own client is subscribed to a resource. */
  keep(uri: string): void {
    if (this.#own.size < MAX_SUBSCRIBED) this.#own.add(uri);
  }

  /** Notes that it is no longer; whether somebody else still is. */
  giveUp(uri: string): boolean {
    this.#own.delete(uri);
    return this.#attended.has(uri);
  }

  /** See `LegacySession.attend()`. */
  async attend(call: AttendCall): Promise<true | null> {
    const queue = new NotificationQueue((notification) => call.onNotification(notification));
    const held: string[] = [];
    this.#attendees++;

    try {
      using _hearing = this.#session.outside.hear((notification: RpcNotification) => {
        if (isWanted(call.filter, notification)) queue.push(notification);
      });
      return await this.#attend(call, queue, held);
    } catch (error) {
      if (call.signal.aborted) return true;
      throw error;
    } finally {
      queue.close();
      this.#leave(held);
    }
  }

  async #attend(
    call: AttendCall,
    queue: NotificationQueue,
    held: string[],
  ): Promise<true | null> {
    const { transport } = this.#session;
    const { slug, timeouts } = call.target;
    const limitMs = timeouts.connectSeconds * 1000;
    const listening = await withDeadline(
      call.signal,
      limitMs,
      () => timeoutFailure(slug, limitMs, "connect"),
      () => transport.listen(),
    );
    if (transport.ended) return null;
    const { capabilities } = transport.greeting;
    const hold = (uri: string) => this.#hold(uri, held);
    const offer = listening === null ? {} : await acknowledge(capabilities, call.filter, hold);
    if (transport.ended) return null;

    await call.onReady(offer);
    if (listening === null || isEmptyFilter(offer)) return true;
    queue.open();
    await unlessAborted(call.signal, Promise.race([listening.stopped, transport.whenEnded]));
    if (call.signal.aborted) return true;
    throw upstreamFailure(slug, "connect", "closed its event stream");
  }

  async #hold(uri: string, held: string[]): Promise<boolean> {
    const isGranted = await this.#attended.hold(uri);
    if (isGranted) held.push(uri);
    return isGranted;
  }

  #leave(held: readonly string[]): void {
    this.#attendees--;
    for (const uri of held) void this.#attended.release(uri);
    const { listensAnyway, transport } = this.#session;
    if (this.#attendees === 0 && !listensAnyway()) transport.stopListening();
  }
}

/** Waits for something, or until `signal` aborts; leaves no listener with that. */
async function unlessAborted(signal: AbortSignal, ended: Promise<void>): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const onAbort = () => aborted.resolve();
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();

  try {
    await Promise.race([ended, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
