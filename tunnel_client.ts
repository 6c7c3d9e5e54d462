import type { ClientProxy } from "./core/egress/network.ts";

/**
 * What `fetch` takes to go through the gateway's own proxy, also to what `NO_PROXY` names: Deno
 * looks at that while it makes a client, and goes around the proxy there.
 */
export function createTunnelClient(proxy: ClientProxy): Deno.HttpClient {
  const kept = ["NO_PROXY", "no_proxy"].map((name) => [name, Deno.env.get(name)] as const);
  for (const [name] of kept) Deno.env.delete(name);
  try {
    return Deno.createHttpClient({ proxy });
  } finally {
    for (const [name, value] of kept) if (value !== undefined) Deno.env.set(name, value);
  }
}
