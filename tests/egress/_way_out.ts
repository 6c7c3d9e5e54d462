import { Egress } from "../../core/egress/egress.ts";
import { AddressRules } from "../../core/servers/address_rules.ts";
import { HttpClient } from "../../core/upstream/http_client.ts";
import type { Fetch, Target } from "../../core/upstream/upstream.ts";
import { type NamedWorld, startNamedWorld } from "../_support/named_upstream.ts";

/** A way out into a world of a test's own. */
export interface WayOut extends AsyncDisposable {
  readonly world: NamedWorld;
  readonly egress: Egress;
  readonly http: HttpClient;
  readonly log: string[];
}

/** What a test decides about its way out. */
export interface WayOutOptions {
  handler?: (request: Request) => Response | Promise<Response>;
  allowPrivate?: boolean;
  outgoingProxy?: string;
  ports?: number[];
  listen?: () => Deno.Listener;
  fetch?: Fetch;
}

/** Opens a way out to a server that says hello. */
export function openWayOut(options: WayOutOptions = {}): WayOut {
  const world = startNamedWorld(options.handler ?? (() => new Response("hello")));
  const network = { ...world.network, listen: options.listen ?? world.network.listen };
  const allowPrivateUpstreams = options.allowPrivate ?? false;
  const rules = new AddressRules({
    allowPrivate: allowPrivateUpstreams,
    ports: options.ports,
    lookup: network.lookup,
  });
  const log: string[] = [];
  const egress = new Egress({
    config: { allowPrivateUpstreams, outgoingProxy: options.outgoingProxy ?? null },
    fetch: options.fetch ?? fetch,
    network,
    rules,
    log: (line) => log.push(line),
  });

  return {
    world,
    egress,
    http: new HttpClient(egress.fetch, rules, { seen: () => Promise.resolve() }),
    log,
    async [Symbol.asyncDispose]() {
      await egress.close();
      await world[Symbol.asyncDispose]();
    },
  };
}

/** A server at this address, as the HTTP client knows it. */
export function targetAt(url: string): Target {
  return {
    slug: "files",
    url: new URL(url),
    injections: [],
    searched: [],
    forwardHeaders: [],
  } as unknown as Target;
}
