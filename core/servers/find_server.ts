import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import type { Server } from "./server.ts";
import type { ServerStore } from "./server_store.ts";

/** The server of this slug. Throws `not_found`. */
export async function findServer(
  deps: { servers: ServerStore },
  slug: string,
): Promise<Server> {
  const server = await deps.servers.findBySlug(slug);
  if (server === null) throw noServer(slug);
  return server;
}

/** What is said when a server is not there, or not any more. */
export function noServer(slug: string): Error {
  return refusal(
    "not_found",
    `There is no server ${quote(slug)}; list the servers to see which there are.`,
  );
}
