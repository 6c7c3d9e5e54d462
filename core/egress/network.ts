import { lookup as dnsLookup } from "node:dns/promises";

/** The proxy that a client of `fetch` goes through, and how it is let in there. */
export interface ClientProxy {
  url: string;
  basicAuth: { username: string; password: string };
}

/** What the gateway does with the network itself, beside `fetch`. */
export interface Network {
  /** All addresses of a DNS name. */
  lookup(hostname: string): Promise<string[]>;
  /** Opens a connection to an address, which is no name. */
  connect(address: string, port: number): Promise<Deno.Conn>;
  /** Listens on loopback, at any free port. Throws where a platform lets nobody. */
  listen(): Deno.Listener;
  /** What `fetch` takes as `client`; it must go through this proxy and nowhere else. */
  createClient(proxy: ClientProxy): Deno.HttpClient;
}

/** The network of the machine that this runs on. */
export const SYSTEM_NETWORK: Network = {
  lookup: async (hostname) => {
    const found = await dnsLookup(hostname, { all: true });
    return found.map(({ address }) => address);
  },
  connect: (hostname, port) => Deno.connect({ hostname, port }),
  listen: () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  createClient: (proxy) => Deno.createHttpClient({ proxy }),
};
