import type { WorkspaceId } from "../ids.ts";
import type { TokenStore } from "../tokens/token_store.ts";
import { viewToken } from "../tokens/view_token.ts";
import type { WorkspaceView } from "../workspaces/workspace.ts";
import { type CallHistory, lastCallOf } from "./call_history.ts";
import { type Listed, MAX_ROWS, type TokenRow } from "./overview.ts";

/** After so many tokens no further workspace is read. */
const ENOUGH_TOKENS = 2_000;

/** The tokens of these workspaces: the active ones first, and of those the newest. */
export async function readTokens(
  deps: { tokens: TokenStore; now: () => Date },
  workspaces: Listed<WorkspaceView>,
  histories: ReadonlyMap<WorkspaceId, CallHistory>,
): Promise<Listed<TokenRow>> {
  const rows: TokenRow[] = [];
  let unread = workspaces.rows.length;

  for (const { id, slug } of workspaces.rows) {
    if (rows.length >= ENOUGH_TOKENS) break;
    for (const token of await deps.tokens.listAll(id)) {
      const lastCall = lastCallOf(histories.get(id), token.id);
      rows.push({ ...viewToken(token, deps.now()), workspace: slug, lastCall });
    }
    unread--;
  }

  const hasMore = rows.length > MAX_ROWS || unread > 0 || workspaces.hasMore;
  return { rows: rows.sort(byUse).slice(0, MAX_ROWS), hasMore };
}

function byUse(a: TokenRow, b: TokenRow): number {
  const isActive = ({ status }: TokenRow) => status === "active" ? 0 : 1;
  return isActive(a) - isActive(b) || (a.createdAt < b.createdAt ? 1 : -1);
}
