import type { RpcNotification, RpcRequest } from "../mcp/message.ts";
import type { ListeningStore } from "../sessions/listening_store.ts";
import type { StateOwner } from "../sessions/session_state.ts";
import type { Caller } from "../upstream/upstream.ts";
import type { Scope } from "./incoming.ts";
import type { Log } from "./rpc_reply.ts";

/** A stream on which a legacy client waits for what nobody asked for. */
export interface ListeningLine {
  client: Caller;
  scope: Scope;
  /** Whether other processes may have something for it: not where all is served here. */
  isShared: boolean;
  /** Whether the client reads it right now, and not only may come back. */
  isAttached(): boolean;
  /**
   * Whether the client is still to hear this of a server, in the server's own names: that
   * is installed where it was, the client is shown what it is about, and has not ended all
   * its subscriptions there, at whichever process.
   */
  hears(server: string, message: RpcNotification | RpcRequest): Promise<boolean>;
  /** Brings a message to the client; waits for a slow reader. */
  send(message: RpcNotification | RpcRequest): void | Promise<void>;
}

/** How often the store is told that a client still listens here. */
const RENEW_MS = 10 * 60 * 1000;

/** The streams of this process that legacy clients listen on. */
export class LocalLines {
  readonly #store: ListeningStore;
  readonly #instanceId: string;
  readonly #log: Log;
  readonly #lines = new Map<string, ListeningLine[]>();
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(store: ListeningStore, instanceId: string, log: Log) {
    this.#store = store;
    this.#instanceId = instanceId;
    this.#log = log;
  }

  /** Adds a line until it is disposed of; other processes know of it when this resolves. */
  async open(line: ListeningLine): Promise<Disposable> {
    const key = keyOf(line.client);
    this.#lines.set(key, [...this.#lines.get(key) ?? [], line]);
    this.#timer ??= setInterval(() => void this.#renew(), RENEW_MS);
    if (line.isShared) await this.#store.claim(line.client, this.#instanceId);
    return { [Symbol.dispose]: () => this.#remove(key, line) };
  }

  /** The newest line of a session that is being read, else the newest. */
  find(owner: StateOwner): ListeningLine | undefined {
    const lines = this.#lines.get(keyOf(owner));
    return lines?.findLast((line) => line.isAttached()) ?? lines?.at(-1);
  }

  /** Forgets all of them. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#lines.clear();
  }

  #remove(key: string, line: ListeningLine): void {
    const lines = this.#lines.get(key);
    if (lines === undefined || !lines.includes(line)) return;
    const others = lines.filter((other) => other !== line);
    if (others.length > 0) return void this.#lines.set(key, others);

    this.#lines.delete(key);
    if (line.isShared) void this.#tell(() => this.#store.release(line.client, this.#instanceId));
    if (this.#lines.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  async #renew(): Promise<void> {
    for (const [line] of [...this.#lines.values()]) {
      const isOurs = line.isShared && line.isAttached();
      if (isOurs) await this.#tell(() => this.#store.renew(line.client, this.#instanceId));
    }
  }

  async #tell(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log(`Cannot tell where a client listens: ${error}`);
    }
  }
}

function keyOf({ memberId, sessionKey }: StateOwner): string {
  return `${memberId} ${sessionKey}`;
}
