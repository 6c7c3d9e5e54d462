import type { Token } from "../tokens/token.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { MemberToken } from "./member.ts";

/** Tokens by where they lead; those of a workspace that is gone lead nowhere. */
export async function viewMemberTokens(
  deps: { workspaces: WorkspaceStore },
  tokens: readonly Token[],
): Promise<MemberToken[]> {
  const ids = new Set(tokens.map(({ workspaceId }) => workspaceId));
  const workspaces = await deps.workspaces.getMany([...ids]);
  const slugs = new Map(workspaces.map(({ id, slug }) => [id, slug]));

  return tokens.flatMap((token) => {
    const workspace = slugs.get(token.workspaceId);
    if (workspace === undefined) return [];
    const { id, name, visibleStart, createdAt, expiresAt } = token;
    return [{ workspace, id, name, visibleStart, createdAt, expiresAt }];
  }).sort((a, b) => order(a.workspace, b.workspace) || order(a.createdAt, b.createdAt));
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
