import type { Actor } from "../audit/actor.ts";
import { refusal } from "../errors.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { findWorkspaceIds } from "../workspaces/find_workspace.ts";
import type { SinkDeps } from "./add_sink.ts";
import { findSink, noSink } from "./find_sink.ts";
import type { Sink, SinkChange } from "./sink.ts";
import { changeHeaders, openHeaders, sealHeaders } from "./sink_headers.ts";
import { sinkUrl } from "./sink_url.ts";

/**
 * Changes what was given of a sink, from the next request on; what it has got already stays.
 *
 * Headers do not go along to another origin: they are given again, or taken away. Throws
 * `not_found`, also for a workspace, `invalid_input` for URL and headers, and `conflict` for a name
 * that is taken.
 */
export async function updateSink(
  deps: SinkDeps,
  by: Actor,
  idOrName: string,
  change: SinkChange,
): Promise<Sink> {
  const { id: sinkId, kind } = await findSink(deps, idOrName);
  const url = change.url === undefined
    ? undefined
    : await sinkUrl(deps.addresses, kind, change.url);
  const workspaces = await findWorkspaceIds(deps, change.workspaces);

  const updated = await deps.sinks.update(by, sinkId, async (sink) => {
    const next = {
      ...sink,
      name: change.name ?? sink.name,
      url: url ?? sink.url,
      workspaces: workspaces === undefined ? sink.workspaces : workspaces,
      include: change.include ?? sink.include,
      gzip: change.gzip ?? sink.gzip,
      enabled: change.enabled ?? sink.enabled,
      updatedAt: deps.now().toISOString(),
    };
    refuseToTakeAlong(sink, next, change.headers ?? {});
    return await withHeaders(deps.keyring, next, change.headers);
  });
  if (updated === null) throw noSink(idOrName);
  deps.sinkSender.wakeAll();
  return updated;
}

/** A sink with its headers changed and sealed anew; as it is when none are. */
async function withHeaders(
  keyring: Keyring,
  sink: Sink,
  changes: Record<string, string | null> = {},
): Promise<Sink> {
  if (Object.keys(changes).length === 0) return sink;
  const named = new Set(Object.keys(changes).map((name) => name.toLowerCase()));
  const isAllNew = sink.headers.every((name) => named.has(name));
  // Who sets all of them anew need not have the key that the earlier ones are sealed under.
  const current = isAllNew ? new Map() : await openHeaders(keyring, sink);
  const headers = changeHeaders(current, changes);
  const place = { id: sink.id, headersVersion: sink.headersVersion + 1 };
  const sealed = await sealHeaders(keyring, place, headers);
  return { ...sink, ...place, sealed, headers: [...headers.keys()] };
}

/** Whoever may change a URL must not learn by it what somebody else stored. */
function refuseToTakeAlong(
  before: Sink,
  after: Sink,
  changes: Record<string, string | null>,
): void {
  if (new URL(before.url).origin === new URL(after.url).origin) return;
  const named = new Set(Object.keys(changes).map((name) => name.toLowerCase()));
  const kept = before.headers.filter((name) => !named.has(name));
  if (kept.length === 0) return;
  throw refusal(
    "invalid_input",
    `The URL leads to another origin, and headers do not go along: give ${kept.join(", ")} ` +
      "again, or remove what is not needed there.",
    "headers",
  );
}
