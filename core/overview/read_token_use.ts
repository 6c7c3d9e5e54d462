import { callsIn } from "../analytics/tally.ts";
import type { TallySource } from "../analytics/tally_source.ts";
import { retentionStart } from "../calls/retention.ts";
import type { TokenId, WorkspaceId } from "../ids.ts";
import type { Token } from "../tokens/token.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import { type LastCall, USE_DAYS } from "./overview.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What has to be known of a workspace. */
type UsedWorkspace = Pick<Workspace, "id" | "retentionDays">;

/** How the tokens of a workspace were used lately. */
export interface TokenUse {
  /** Since when; what is older is not known. */
  from: Date;
  lastUsed: ReadonlyMap<TokenId, string>;
  calls: number;
}

/** Reads how the tokens of these workspaces were used, today and the 29 days before. */
export async function readTokenUse(
  deps: { tallies: TallySource; now: () => Date },
  workspaces: readonly UsedWorkspace[],
): Promise<Map<WorkspaceId, TokenUse>> {
  const now = deps.now();
  const read = workspaces.map(async (workspace) => {
    return [workspace.id, await tokenUseOf(deps, workspace, now)] as const;
  });
  return new Map(await Promise.all(read));
}

/** When a token was last used; "never" is said only of one that was made in the time looked at. */
export function lastCallOf(
  use: TokenUse | undefined,
  { id, createdAt }: Pick<Token, "id" | "createdAt">,
): LastCall {
  const at = use?.lastUsed.get(id);
  if (at !== undefined) return { at };
  return use !== undefined && createdAt >= use.from.toISOString() ? "never" : "not lately";
}

async function tokenUseOf(
  { tallies }: { tallies: TallySource },
  workspace: UsedWorkspace,
  now: Date,
): Promise<TokenUse> {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const kept = retentionStart(workspace, now).getTime();
  const from = new Date(Math.max(today - (USE_DAYS - 1) * DAY_MS, kept));
  const to = new Date(now.getTime() + 1);
  const lastUsed = new Map<TokenId, string>();
  let calls = 0;

  const query = { from, to, detail: "members", grain: "whole" } as const;
  for await (const tally of tallies.tallies(workspace.id, query)) {
    calls += callsIn(tally).calls;
    const known = lastUsed.get(tally.tokenId) ?? "";
    if (tally.lastUsed > known) lastUsed.set(tally.tokenId, tally.lastUsed);
  }
  return { from, lastUsed, calls };
}
