import type { Config } from "../config.ts";
import { GatewayError } from "../errors.ts";
import { randomText } from "../ids.ts";
import type { AddressRules } from "../servers/address_rules.ts";
import type { Fetch } from "../upstream/upstream.ts";
import { dial } from "./checked_dial.ts";
import { EgressRefusal } from "./egress_refusal.ts";
import type { Network } from "./network.ts";
import type { Destination } from "./socks_messages.ts";
import { TunnelDoor } from "./tunnel_door.ts";

/** What requests to servers need to find their way. */
export interface EgressOptions {
  config: Pick<Config, "allowPrivateUpstreams" | "outgoingProxy">;
  fetch: Fetch;
  network: Network;
  rules: AddressRules;
  log: (line: string) => void;
}

interface WayOut {
  door: TunnelDoor;
  client: Deno.HttpClient;
}

const REFUSALS_KEPT = 1_000;
const PASSWORD_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * A `fetch` whose connections lead to addresses that the rules allow, and to no others.
 *
 * Deno resolves a name by itself after it was checked, and says nothing of where it
 * connected to. So `fetch` is made to go through a {@linkcode TunnelDoor} of this process,
 * which is opened with the first request. Names are checked before each request and no more
 * where private addresses are allowed, and where that is not possible, as the log says once:
 * behind a proxy of the company, and where no process may listen on loopback.
 */
export class Egress {
  readonly #options: EgressOptions;
  /** Why the last connection to a place was refused, since `fetch` passes on a code alone. */
  readonly #refusals = new Map<string, string>();
  #way: WayOut | "open" | null = null;
  #isClosed = false;

  constructor(options: EgressOptions) {
    this.#options = options;
  }

  /** Sends a request. Rejects with {@linkcode EgressRefusal} where the rules forbid it. */
  readonly fetch: Fetch = async (input, init) => {
    const way = this.#wayOut();
    if (way === "open") return await this.#options.fetch(input, init);

    try {
      const throughDoor: RequestInit & { client: Deno.HttpClient } = {
        ...init,
        client: way.client,
      };
      return await this.#options.fetch(input, throughDoor);
    } catch (error) {
      throw this.#refusalOf(input, error) ?? error;
    }
  };

  /** Ends every connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const way = this.#way;
    this.#way = null;
    if (way === null || way === "open") return;
    const { client, door } = way;
    client.close();
    await door.close();
  }

  #wayOut(): WayOut | "open" {
    if (this.#isClosed) throw new GatewayError("shutting_down", "Nothing is sent any more");
    return this.#way ??= this.#openDoor();
  }

  #openDoor(): WayOut | "open" {
    const { config, network, log } = this.#options;
    if (config.allowPrivateUpstreams) return "open";
    const listener = config.outgoingProxy === null ? listenIfPossible(network) : null;
    if (listener === null) {
      log(unguarded(config.outgoingProxy));
      return "open";
    }

    const password = randomText(43, PASSWORD_ALPHABET);
    const door = new TunnelDoor({
      listener,
      credentials: `gateway:${password}`,
      dial: (destination, signal) => this.#dial(destination, signal),
    });
    const client = network.createClient({
      url: `socks5h://127.0.0.1:${door.port}`,
      basicAuth: { username: "gateway", password },
    });
    return { door, client };
  }

  async #dial(destination: Destination, signal: AbortSignal) {
    const { rules, network } = this.#options;
    const dialled = await dial(rules, network.connect, destination, signal);
    const place = placeOf(destination);
    this.#refusals.delete(place);
    if (!dialled.ok) this.#keep(place, dialled.sentence);
    return dialled;
  }

  #keep(place: string, sentence: string): void {
    this.#refusals.set(place, sentence);
    if (this.#refusals.size <= REFUSALS_KEPT) return;
    for (const oldest of this.#refusals.keys()) {
      this.#refusals.delete(oldest);
      return;
    }
  }

  #refusalOf(input: URL | Request | string, error: unknown): EgressRefusal | null {
    const stage = stageOf(error);
    if (stage === null) return null;
    const url = new URL(input instanceof Request ? input.url : input);
    const port = Number(url.port) || (url.protocol === "http:" ? 80 : 443);
    const place = placeOf({ host: url.hostname, port });
    return new EgressRefusal(stage, this.#refusals.get(place) ?? "its address is not allowed");
  }
}

/** A listener on loopback, or `null` where the platform lets no process have one. */
function listenIfPossible(network: Network): Deno.Listener | null {
  try {
    return network.listen();
  } catch (error) {
    // Too many open files, and the like, are no reason to go on without.
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!PASSING.includes(code)) return null;
    throw new EgressRefusal("connect", "the gateway itself has no free port or file left");
  }
}

const PASSING = ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EADDRINUSE", "EADDRNOTAVAIL"];

function unguarded(proxy: string | null): string {
  const why = proxy === null
    ? "this platform lets the gateway listen on no port of its own"
    : `${proxy} sends them through a proxy, which looks names up by itself; have it refuse ` +
      "private addresses";
  return "The addresses of servers are checked before each request, and not again when it " +
    `connects: ${why}.`;
}

function placeOf({ host, port }: Destination): string {
  return `${host.replace(/^\[|\]$/g, "").toLowerCase()}:${port}`;
}

/** What a door's refusal is called by `fetch`, in the words of the SOCKS5 that it speaks. */
function stageOf(error: unknown): "address" | "dns" | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (/not allowed by ruleset/i.test(at.message)) return "address";
    if (/host unreachable/i.test(at.message)) return "dns";
  }
  return null;
}
