import { refusal } from "../errors.ts";
import type { WorkspaceId } from "../ids.ts";
import { quote } from "../quote.ts";
import type { Workspace } from "./workspace.ts";
import type { WorkspaceStore } from "./workspace_store.ts";

/** The workspace of this slug. Throws `not_found`. */
export async function findWorkspace(
  deps: { workspaces: WorkspaceStore },
  slug: string,
): Promise<Workspace> {
  const workspace = await deps.workspaces.findBySlug(slug);
  if (workspace === null) throw noWorkspace(slug);
  return workspace;
}

/** The ids of workspaces, each once; what is no list stays as it is. Throws `not_found`. */
export async function findWorkspaceIds<Nothing extends null | undefined>(
  deps: { workspaces: WorkspaceStore },
  slugs: readonly string[] | Nothing,
): Promise<WorkspaceId[] | Nothing> {
  if (slugs === null || slugs === undefined) return slugs;
  const found = await Promise.all([...new Set(slugs)].map((slug) => findWorkspace(deps, slug)));
  return found.map(({ id }) => id);
}

/** What is said when a workspace is not there, or not any more. */
export function noWorkspace(slug: string): Error {
  return refusal(
    "not_found",
    `There is no workspace ${quote(slug)}; list the workspaces to see which there are.`,
  );
}
