import type { Actor } from "../audit/actor.ts";
import { newSinkId } from "../ids.ts";
import type { Keyring } from "../secrets/keyring.ts";
import type { AddressRules } from "../servers/address_rules.ts";
import { findWorkspaceIds } from "../workspaces/find_workspace.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { Sink, SinkInput } from "./sink.ts";
import { changeHeaders, sealHeaders } from "./sink_headers.ts";
import type { SinkSender } from "./sink_sender.ts";
import type { SinkStore } from "./sink_store.ts";
import { sinkUrl } from "./sink_url.ts";

/** What a change of sinks needs. */
export interface SinkDeps {
  sinks: SinkStore;
  workspaces: WorkspaceStore;
  sinkSender: Pick<SinkSender, "wakeAll">;
  addresses: AddressRules;
  keyring: Keyring;
  now: () => Date;
}

/**
 * Has the log sent to an address that the rules allow, from now on or from its beginning.
 *
 * Throws `invalid_input` for URL and headers, `not_found` for a workspace, `conflict` for a name
 * that is taken, and `limit_reached`.
 */
export async function addSink(deps: SinkDeps, by: Actor, input: SinkInput): Promise<Sink> {
  const url = await sinkUrl(deps.addresses, input.kind, input.url);
  const headers = changeHeaders(new Map(), input.headers ?? {});
  const place = { id: newSinkId(), headersVersion: headers.size === 0 ? 0 : 1 };
  const at = deps.now().toISOString();
  const sink: Sink = {
    ...place,
    name: input.name,
    kind: input.kind,
    url,
    headers: [...headers.keys()],
    sealed: await sealHeaders(deps.keyring, place, headers),
    workspaces: await findWorkspaceIds(deps, input.workspaces) ?? null,
    include: input.include ?? ["calls"],
    from: input.from ?? "now",
    gzip: input.gzip ?? true,
    enabled: input.enabled ?? true,
    createdAt: at,
    updatedAt: at,
  };
  await deps.sinks.add(by, sink);
  deps.sinkSender.wakeAll();
  return sink;
}
