import type { Actor } from "../audit/actor.ts";
import type { CallView } from "../calls/call.ts";
import type { CallQueries, FoundCall } from "../calls/call_queries.ts";
import { findCall } from "../calls/find_call.ts";
import { refusal } from "../errors.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { unpackArguments } from "./argument_pack.ts";
import type { ArgumentStore } from "./argument_store.ts";
import type { CallArguments } from "./call_arguments.ts";

interface Deps {
  workspaces: WorkspaceStore;
  callQueries: CallQueries;
  callArguments: ArgumentStore;
}

/**
 * What is kept of the arguments of a call. That somebody reads them is on the audit log
 * before they are given.
 *
 * Throws `not_found`, which says why there are none, and `internal` for what was changed in
 * the store.
 */
export async function readArguments(
  deps: Deps,
  by: Actor,
  slug: string,
  id: string,
): Promise<CallArguments> {
  const found = await findCall(deps, slug, id);
  const { call, workspace } = found;
  if (call.argumentsKept !== true) throw notKept(call);
  const args = await open(deps, found);

  await deps.callArguments.noteReading(by, subjectOf(workspace, call));
  return { id, arguments: args as CallArguments["arguments"] };
}

async function open(
  { callArguments }: Deps,
  { workspace, versionstamp, index, pack, call }: FoundCall & { workspace: Workspace },
): Promise<unknown> {
  const parts = await callArguments.parts(workspace.id, versionstamp);
  const seal = await callArguments.openKey(workspace.id);
  if (seal === null || parts.some(({ keyId }) => keyId !== seal.keyId)) throw purged(call);
  const items = unpackArguments(seal, pack.calls, parts);
  if (items !== null) return items[index] ?? null;
  throw refusal(
    "internal",
    `The arguments of the call ${call.id} do not open beside its record: one of the two was ` +
      "changed in the store, or is gone.",
  );
}

function subjectOf({ id, slug }: Workspace, call: CallView): Record<string, string> {
  const { server, tool, person, tokenId } = call;
  return {
    workspace: slug,
    workspaceId: id,
    call: call.id,
    person,
    tokenId,
    ...server === null ? {} : { server },
    tool,
  };
}

function notKept({ id, argumentsKept }: CallView): Error {
  return refusal(
    "not_found",
    argumentsKept === false
      ? `The arguments of the call ${id} could not be kept: its server's secrets could not be ` +
        "opened to look for them, or the key of arguments could not be."
      : `No arguments are kept of the call ${id}: its workspace kept none then, or it is no call ` +
        "that has any.",
  );
}

function purged({ id }: CallView): Error {
  return refusal("not_found", `The arguments of the call ${id} were purged.`);
}
