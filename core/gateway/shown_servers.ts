import type { Server } from "../servers/server.ts";
import type { Access } from "./authority.ts";
import type { Scope, View } from "./incoming.ts";
import type { Address } from "./plan.ts";

/** The servers that the endpoint shows of what is installed now. */
export function viewOf({ snapshot }: Pick<Access, "snapshot">, scope: Scope): View {
  const { servers, disabled } = snapshot;
  if (scope.server === null) return { ...scope, servers, disabled };
  return { ...scope, servers: only(servers, scope.server), disabled: only(disabled, scope.server) };
}

/** The server that a request names, whether it may be called or not. */
export function ownerOf(
  { servers, disabled }: View,
  { owned }: Address,
): Pick<Server, "id" | "slug"> | null {
  if (owned === null) return null;
  return servers.get(owned.slug) ?? disabled.get(owned.slug) ?? null;
}

function only<T>(all: ReadonlyMap<string, T>, slug: string): ReadonlyMap<string, T> {
  const one = all.get(slug);
  return new Map(one === undefined ? [] : [[slug, one]]);
}
