import { timingSafeEqual } from "@std/crypto";
import type { Dialled } from "./checked_dial.ts";
import {
  credentialsReply,
  type Destination,
  destinationReply,
  readCredentials,
  readDestination,
  readGreeting,
} from "./socks_messages.ts";
import { closeQuietly, tunnel, writeAll } from "./tunnel.ts";

/** What a door needs. */
export interface TunnelDoorOptions {
  listener: Deno.Listener;
  /** `name:password` of who is let through: this process alone. */
  credentials: string;
  /** `signal` aborts when the door is closed. */
  dial(destination: Destination, signal: AbortSignal): Promise<Dialled>;
}

/** How long a client may take to say where it wants to go. */
const OPENING_TIMEOUT_MS = 5_000;
/** How many may be about to say so. */
const MAX_OPENING = 1_000;
/** How soon the next one is let in after one could not be. */
const AGAIN_AFTER_MS = 20;

const encoder = new TextEncoder();

/**
 * The one way out: a SOCKS5 proxy on loopback, for this process alone.
 *
 * It decides itself which address a connection goes to, and sees nothing of what is sent:
 * TLS is between `fetch` and the server, whose certificate is checked against its name.
 */
export class TunnelDoor {
  readonly port: number;
  readonly #listener: Deno.Listener;
  readonly #credentials: Uint8Array;
  readonly #dial: TunnelDoorOptions["dial"];
  readonly #open = new Set<Deno.Conn>();
  readonly #accepting: Promise<void>;
  readonly #closing = new AbortController();
  #opening = 0;

  constructor({ listener, credentials, dial }: TunnelDoorOptions) {
    this.#listener = listener;
    this.port = (listener.addr as Deno.NetAddr).port;
    this.#credentials = encoder.encode(credentials);
    this.#dial = dial;
    this.#accepting = this.#accept();
  }

  /** Closes the door and everything that goes through it. */
  async close(): Promise<void> {
    this.#closing.abort();
    closeListener(this.#listener);
    for (const connection of this.#open) closeQuietly(connection);
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    const running = new Set<Promise<void>>();
    while (!this.#closing.signal.aborted) {
      const client = await this.#next();
      if (client === null) continue;
      const serving = this.#serve(client).finally(() => running.delete(serving));
      running.add(serving);
    }
    await Promise.all(running);
  }

  /** The next client; `null` when it could not be let in, which the one after it may be. */
  async #next(): Promise<Deno.Conn | null> {
    try {
      return await this.#listener.accept();
    } catch {
      // It left already, the process has no file left for it, or the door is closed.
      if (!this.#closing.signal.aborted) await shortly();
      return null;
    }
  }

  async #serve(client: Deno.Conn): Promise<void> {
    this.#open.add(client);
    let server: Deno.Conn | null = null;
    try {
      server = await this.#connect(client);
      if (server === null || this.#closing.signal.aborted) return;
      this.#open.add(server);
      await tunnel(client, server);
    } catch {
      // The client left, or is none of ours.
    } finally {
      for (const connection of [client, server]) {
        if (connection === null) continue;
        this.#open.delete(connection);
        closeQuietly(connection);
      }
    }
  }

  /** Asks a client where it wants to go, and gives the connection to there. */
  async #connect(client: Deno.Conn): Promise<Deno.Conn | null> {
    const destination = await this.#ask(client);
    if (destination === null) return null;

    const dialled = await this.#dial(destination, this.#closing.signal);
    const reply = dialled.ok ? "connected" : dialled.reply;
    try {
      await writeAll(client, destinationReply(reply));
    } catch (error) {
      if (dialled.ok) closeQuietly(dialled.connection);
      throw error;
    }
    return dialled.ok ? dialled.connection : null;
  }

  async #ask(client: Deno.Conn): Promise<Destination | null> {
    if (this.#opening >= MAX_OPENING) return null;
    this.#opening++;
    const timer = setTimeout(() => closeQuietly(client), OPENING_TIMEOUT_MS);
    try {
      return await this.#readDestination(client);
    } finally {
      clearTimeout(timer);
      this.#opening--;
    }
  }

  async #readDestination(client: Deno.Conn): Promise<Destination | null> {
    const read = (sizeBytes: number) => readExactly(client, sizeBytes);
    await writeAll(client, await readGreeting(read));

    const shown = encoder.encode(await readCredentials(read));
    const isRight = shown.length === this.#credentials.length &&
      timingSafeEqual(shown, this.#credentials);
    await writeAll(client, credentialsReply(isRight));
    return isRight ? await readDestination(read) : null;
  }
}

async function readExactly(from: Deno.Conn, sizeBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes;) {
    const n = await from.read(bytes.subarray(at));
    if (n === null) throw new Error("The client left");
    at += n;
  }
  return bytes;
}

function shortly(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
}

function closeListener(listener: Deno.Listener): void {
  try {
    listener.close();
  } catch {
    // It is closed.
  }
}
