import { plainNaming, PREFIXED } from "../mcp/naming.ts";
import { type Access, notCallable } from "./authority.ts";
import type { Scope } from "./incoming.ts";

/** The address of a workspace that a request came to, and who was let in there. */
export interface Endpoint {
  slug: string;
  access: Access;
  scope: Scope;
}

/** What an endpoint shows: one server under its own names, or all of them, prefixed. */
export function scopeOf(server: string | null): Scope {
  return { server, naming: server === null ? PREFIXED : plainNaming(server) };
}

/** Finds what an address shows. Throws `not_found` for a server that is not installed. */
export function endpointAt(slug: string, access: Access, server: string | null): Endpoint {
  const { servers, disabled } = access.snapshot;
  if (server !== null && !servers.has(server) && !disabled.has(server)) {
    throw notCallable(access.snapshot, server.slice(0, 80));
  }
  return { slug, access, scope: scopeOf(server) };
}
