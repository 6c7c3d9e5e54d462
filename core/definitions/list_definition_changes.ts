import type { Page, PageQuery } from "../kv/pages.ts";
import { findServer } from "../servers/find_server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { Server } from "../servers/server.ts";
import { type DefinitionChangeView, type Waiting, waitingIn } from "./definition_change.ts";
import { definitionDiff, IN_REVIEW } from "./definition_diff.ts";
import { pinKey } from "./pin.ts";
import type { PinStore } from "./pin_store.ts";

interface Deps {
  servers: ServerStore;
  pins: PinStore;
}

/** A page of the definitions of a server that wait for an admin. Throws `not_found`. */
export async function listDefinitionChanges(
  deps: Deps,
  slug: string,
  { limit, cursor }: PageQuery,
): Promise<Page<DefinitionChangeView>> {
  const server = await findServer(deps, slug);
  const waiting = waitingIn(await deps.pins.read(server.id));
  const after = cursor === null ? -1 : waiting.findIndex(({ id }) => id === cursor);
  const page = waiting.slice(after + 1, after + 1 + limit);
  const isLast = after + 1 + limit >= waiting.length;
  return {
    items: await Promise.all(page.map((one) => viewOf(deps, server, one))),
    nextCursor: isLast ? null : page.at(-1)?.id ?? null,
  };
}

async function viewOf(
  { pins }: Deps,
  { id: serverId }: Server,
  { id, pin, change }: Waiting,
): Promise<DefinitionChangeView> {
  const key = pinKey(pin.kind, pin.name);
  const trusted = pin.approved.at(-1);
  const [before, after] = await Promise.all([
    trusted === undefined ? null : pins.definition(serverId, key, trusted),
    pins.definition(serverId, key, change.hash),
  ]);
  return {
    id,
    kind: pin.kind,
    name: pin.name,
    change: change.change,
    seenAt: change.seenAt,
    diff: definitionDiff(before, after, IN_REVIEW),
  };
}
