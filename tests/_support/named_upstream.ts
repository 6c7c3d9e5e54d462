import { type Network, SYSTEM_NETWORK } from "../../core/egress/network.ts";
import { makeCertificate } from "./certificate.ts";

const { certificate, key } = await makeCertificate(["mcp.example.com", "*.example.com"]);

/** Whom tests trust to say that a server is `mcp.example.com`, or another of `example.com`. */
export const TEST_AUTHORITY = certificate;

/** A public address that leads to the servers of a test. */
export const PUBLIC_ADDRESS = "93.184.216.34";

/** Servers with names and certificates, at public addresses that a test hands out. */
export interface NamedWorld extends AsyncDisposable {
  readonly network: Network;
  /** What names lead to; a list of answers is given out in its order, the last one again. */
  readonly names: Map<string, string[][]>;
  /** How often each name was looked up. */
  readonly lookups: Map<string, number>;
  /** The addresses that were connected to, with their ports. */
  readonly connected: string[];
  /** What `connect` does instead at some addresses. */
  readonly troubles: Map<string, () => Promise<Deno.Conn>>;
}

/**
 * A server with a certificate for `*.example.com`, on loopback, to which every connection
 * of the world's network is led, whatever its address: what counts is which one was asked for.
 */
export function startNamedWorld(
  handler: (request: Request) => Response | Promise<Response>,
): NamedWorld {
  const stopping = new AbortController();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: certificate,
    key,
    signal: stopping.signal,
    onListen: () => {},
  }, handler);

  const names = new Map([["mcp.example.com", [[PUBLIC_ADDRESS]]]]);
  const lookups = new Map<string, number>();
  const connected: string[] = [];
  const troubles = new Map<string, () => Promise<Deno.Conn>>();

  const network: Network = {
    lookup(name) {
      const answers = names.get(name) ?? [];
      const asked = lookups.get(name) ?? 0;
      lookups.set(name, asked + 1);
      return Promise.resolve(answers[Math.min(asked, answers.length - 1)] ?? []);
    },
    connect(address, port) {
      connected.push(`${address} ${port}`);
      return troubles.get(address)?.() ??
        Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
    },
    listen: SYSTEM_NETWORK.listen,
    createClient: (proxy) => Deno.createHttpClient({ proxy, caCerts: [TEST_AUTHORITY] }),
  };

  return {
    network,
    names,
    lookups,
    connected,
    troubles,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await server.finished;
    },
  };
}
