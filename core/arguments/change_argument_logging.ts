import type { Actor } from "../audit/actor.ts";
import { refusal } from "../errors.ts";
import { findWorkspace, noWorkspace } from "../workspaces/find_workspace.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { type ArgumentLoggingInput, withLogging } from "./argument_logging.ts";
import type { ArgumentStore } from "./argument_store.ts";

interface Deps {
  workspaces: WorkspaceStore;
  callArguments: ArgumentStore;
}

/** Keeps the arguments of calls from the next call on, or keeps them in another way. Throws `not_found`. */
export async function keepArguments(
  deps: Deps,
  by: Actor,
  slug: string,
  input: ArgumentLoggingInput,
): Promise<Workspace> {
  const { id } = await findWorkspace(deps, slug);
  const changed = await deps.callArguments.setLogging(by, id, (stored) => {
    return withLogging(stored, input);
  });
  if (changed === null) throw noWorkspace(slug);
  return changed;
}

/**
 * Keeps no arguments from the next call on; those that are kept stay readable until their
 * records expire. Throws `not_found`.
 */
export async function stopKeepingArguments(
  deps: Deps,
  by: Actor,
  slug: string,
): Promise<Workspace> {
  const { id } = await findWorkspace(deps, slug);
  const changed = await deps.callArguments.setLogging(by, id, () => null);
  if (changed === null) throw noWorkspace(slug);
  return changed;
}

/**
 * Makes all arguments that a workspace has kept unreadable for good. Throws `not_found`, also
 * when it has kept none.
 */
export async function purgeArguments(deps: Deps, by: Actor, slug: string): Promise<void> {
  const { id } = await findWorkspace(deps, slug);
  if (await deps.callArguments.purge(by, id)) return;
  throw refusal(
    "not_found",
    `No arguments are kept in workspace "${slug}"; there is nothing to purge.`,
  );
}
