import type { WorkspaceId } from "../ids.ts";
import { keys } from "./keys.ts";

/**
 * Adds to an atomic operation what tells every process that these workspaces
 * changed.
 *
 * Every admin change of a token, a workspace, a server, an install or a secret
 * goes through here in the same commit, so that no call trusts an older copy.
 */
export function touchWorkspaces(
  atomic: Deno.AtomicOperation,
  workspaces: Iterable<WorkspaceId>,
): Deno.AtomicOperation {
  for (const id of workspaces) atomic.sum(keys.epoch(id), 1n);
  return atomic;
}
