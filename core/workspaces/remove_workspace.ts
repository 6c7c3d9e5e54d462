import type { Actor } from "../audit/actor.ts";
import { refusal } from "../errors.ts";
import type { MemberSessionStore } from "../sessions/member_session_store.ts";
import type { Token } from "../tokens/token.ts";
import type { TokenStore } from "../tokens/token_store.ts";
import { findWorkspace, noWorkspace } from "./find_workspace.ts";
import type { Workspace } from "./workspace.ts";
import type { WorkspaceStore } from "./workspace_store.ts";

interface Deps {
  workspaces: WorkspaceStore;
  tokens: TokenStore;
  memberSessions: MemberSessionStore;
  now: () => Date;
}

/** How many people are named before the rest is counted. */
const MAX_NAMED = 3;

/**
 * Removes a workspace with its installs and tokens.
 *
 * Throws `not_found`, and without `force` also `in_use` while a token opens it.
 * Access ends first; tokens that no longer open anything are cleared afterwards.
 */
export async function removeWorkspace(
  deps: Deps,
  by: Actor,
  slug: string,
  { force }: { force: boolean },
): Promise<void> {
  const workspace = await findWorkspace(deps, slug);
  const wasRemoved = await deps.workspaces.remove(
    by,
    workspace,
    force ? undefined : () => refuseWhenUsed(deps, workspace),
  );
  if (!wasRemoved) throw noWorkspace(slug);
  await deps.memberSessions.forget(await deps.tokens.removeAll(workspace.id));
}

async function refuseWhenUsed(
  deps: Deps,
  { id, slug }: Workspace,
): Promise<void> {
  const active = await deps.tokens.listActive(id, deps.now());
  if (active.length === 0) return;

  const count = active.length === 1 ? "1 active token" : `${active.length} active tokens`;
  throw refusal(
    "in_use",
    `Workspace "${slug}" has ${count} (${namePeople(active)}); revoke them first, ` +
      "or remove it with all of them with --force (?force=true).",
  );
}

function namePeople(tokens: readonly Token[]): string {
  const names = tokens.slice(0, MAX_NAMED).map(({ name }) => name).join(", ");
  const rest = tokens.length - MAX_NAMED;
  return rest > 0 ? `${names} and ${rest} more` : names;
}
