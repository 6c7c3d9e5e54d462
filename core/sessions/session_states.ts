import { z } from "zod";
import { TokenId } from "../ids.ts";
import type { JsonObject } from "../mcp/message.ts";
import { NO_SESSION } from "./session.ts";
import { NO_STATE, type SessionState, type StateOwner } from "./session_state.ts";
import type { SessionStateStore } from "./session_state_store.ts";

/** How the processes tell each other that a state has changed. */
export interface StateNews {
  on(kind: string, handler: (body: JsonObject) => void): void;
  ready(): Promise<void>;
  broadcast(kind: string, body: JsonObject): Promise<void>;
}

/** Gets the news of a change that another process has made. */
export type StateListener = (owner: News, state: SessionState) => void;

const News = z.object({ memberId: TokenId, sessionKey: z.string() });
type News = z.infer<typeof News>;

const KIND = "session_state";

/** How many sessions' states one process remembers. */
const MAX_REMEMBERED = 5_000;

/**
 * What legacy clients said for their whole session, on whichever process they said it.
 *
 * A state is read once by each process and then remembered; whoever changes it tells all.
 */
export class SessionStates {
  readonly #store: SessionStateStore;
  readonly #news: StateNews;
  readonly #remembered = new Map<string, Promise<SessionState>>();
  #listener: StateListener = () => {};

  constructor(store: SessionStateStore, news: StateNews) {
    this.#store = store;
    this.#news = news;
    news.on(KIND, (body) => this.#takeNews(body));
  }

  /** Sets who is told of what other processes change in sessions that are known here. */
  onChanged(listener: StateListener): void {
    this.#listener = listener;
  }

  /** The state of a session; an empty one where nothing was said, or there is no session. */
  async get(owner: StateOwner): Promise<SessionState> {
    if (owner.sessionKey === NO_SESSION) return NO_STATE;
    await this.#news.ready();
    return await (this.#remembered.get(keyOf(owner)) ?? this.#read(owner));
  }

  /** The state of a session as it is in the store now: news of a change may still be on its way. */
  async getNow(owner: StateOwner): Promise<SessionState> {
    if (owner.sessionKey === NO_SESSION) return NO_STATE;
    await this.#news.ready();
    return await this.#read(owner);
  }

  /**
   * Changes a session's state; it holds everywhere soon after this has resolved, and here
   * at once. Throws `limit_reached` when it becomes too large.
   */
  async update(
    owner: StateOwner,
    change: (state: SessionState) => SessionState,
  ): Promise<SessionState> {
    await this.#news.ready();
    const state = await this.#store.update(owner, change);
    this.#remember(owner, Promise.resolve(state));
    await this.#news.broadcast(KIND, { memberId: owner.memberId, sessionKey: owner.sessionKey });
    return state;
  }

  /** Forgets a session that has ended. */
  async end(owner: StateOwner): Promise<void> {
    await this.#store.delete(owner);
    this.#remembered.delete(keyOf(owner));
    await this.#news.broadcast(KIND, { memberId: owner.memberId, sessionKey: owner.sessionKey });
  }

  #read(owner: StateOwner): Promise<SessionState> {
    const reading = this.#store.get(owner);
    this.#remember(owner, reading);
    reading.catch(() => this.#forget(owner, reading));
    return reading;
  }

  #takeNews(body: JsonObject): void {
    const news = News.safeParse(body);
    if (!news.success || !this.#remembered.delete(keyOf(news.data))) return;
    this.#read(news.data).then((state) => this.#listener(news.data, state), () => {});
  }

  #remember(owner: StateOwner, state: Promise<SessionState>): void {
    const oldest = this.#remembered.keys().next();
    const isFull = this.#remembered.size >= MAX_REMEMBERED;
    if (isFull && !oldest.done) this.#remembered.delete(oldest.value);
    this.#remembered.set(keyOf(owner), state);
  }

  #forget(owner: StateOwner, state: Promise<SessionState>): void {
    const key = keyOf(owner);
    if (this.#remembered.get(key) === state) this.#remembered.delete(key);
  }
}

function keyOf({ memberId, sessionKey }: StateOwner): string {
  return `${memberId} ${sessionKey}`;
}
