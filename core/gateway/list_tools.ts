import { asGatewayError } from "../errors.ts";
import { mergeToolLists, type ServerTools } from "../mcp/tool_list.ts";
import type { JsonObject } from "../mcp/message.ts";
import type { Server } from "../servers/server.ts";
import type { ToolCatalog } from "../upstream/tool_catalog.ts";
import type { Caller } from "../upstream/upstream.ts";
import { TakenBack } from "./in_flight.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * The tools of every server of a workspace, in one list.
 *
 * All are asked at once. One that fails costs its own deadline and is named in the
 * result's `_meta`; the others' tools are there.
 */
export async function listTools(
  catalog: ToolCatalog,
  snapshot: Snapshot,
  caller: Caller,
  signal: AbortSignal,
): Promise<JsonObject> {
  const parts = await Promise.all(
    [...snapshot.servers.values()].map((server) =>
      toolsOf(catalog, snapshot, server, caller, signal)
    ),
  );
  return mergeToolLists(parts);
}

async function toolsOf(
  catalog: ToolCatalog,
  snapshot: Snapshot,
  server: Server,
  caller: Caller,
  signal: AbortSignal,
): Promise<ServerTools> {
  const { slug } = server;

  try {
    const target = await snapshot.target(server);
    return { slug, list: await catalog.list(target, caller, signal) };
  } catch (error) {
    if (error instanceof TakenBack) throw error;
    return { slug, failure: asGatewayError(error).publicMessage };
  }
}
