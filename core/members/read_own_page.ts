import type { TallySource } from "../analytics/tally_source.ts";
import { callsIn } from "../analytics/tally.ts";
import type { CallView } from "../calls/call.ts";
import type { CallQueries } from "../calls/call_queries.ts";
import type { Config } from "../config.ts";
import { GatewayError } from "../errors.ts";
import type { SecretStore } from "../secrets/secret_store.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { Token, TokenView } from "../tokens/token.ts";
import { viewToken } from "../tokens/view_token.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { MemberSecretStore } from "./member_secret_store.ts";
import type { SelfView } from "./self.ts";
import { viewSelf } from "./view_self.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** So many calls of their own a member sees. */
const MAX_CALLS = 10;

/** What a member sees of themselves in a browser. */
export interface OwnPageView {
  self: SelfView;
  token: TokenView;
  /** The workspace's address. */
  url: string;
  /** The servers of the workspace, by slug. */
  servers: { slug: string; name: string; isDisabled: boolean }[];
  /** How many calls they made since the day before began, UTC. */
  callsLately: number;
  /** The newest of their calls of the last 24 hours, as far as they are found at once. */
  calls: CallView[];
}

interface Deps {
  config: Pick<Config, "publicUrl">;
  workspaces: WorkspaceStore;
  installs: InstallStore;
  servers: ServerStore;
  secrets: SecretStore;
  memberSecrets: MemberSecretStore;
  callQueries: CallQueries;
  tallies: TallySource;
  now: () => Date;
}

/** A member's own page. Throws `unauthorized` when the workspace is gone. */
export async function readOwnPage(deps: Deps, token: Token): Promise<OwnPageView> {
  const workspace = await deps.workspaces.get(token.workspaceId);
  if (workspace === null) throw new GatewayError("unauthorized", "Refused: no workspace any more");

  const now = deps.now();
  const [self, servers, callsLately] = await Promise.all([
    viewSelf(deps, token),
    serversOf(deps, token),
    countCalls(deps, token, now),
  ]);
  // Who has called nothing lately is not looked for in the log of everybody's calls.
  const calls = callsLately === 0 ? [] : await latestCalls(deps, token, now);
  return {
    self,
    token: viewToken(token, now),
    url: `${deps.config.publicUrl}/ws/${workspace.slug}/sse`,
    servers,
    callsLately,
    calls,
  };
}

async function serversOf({ installs, servers }: Deps, { workspaceId }: Token) {
  const installed = await installs.listByWorkspace(workspaceId);
  const found = await servers.getMany(installed.map(({ serverId }) => serverId));
  return found.map(({ slug, name, disabled }) => ({ slug, name, isDisabled: disabled !== null }))
    .sort((a, b) => a.slug < b.slug ? -1 : 1);
}

async function countCalls({ tallies }: Deps, token: Token, now: Date): Promise<number> {
  const from = new Date(Math.floor(now.getTime() / DAY_MS - 1) * DAY_MS);
  const query = {
    from,
    to: new Date(now.getTime() + 1),
    detail: "members",
    grain: "whole",
  } as const;
  let calls = 0;
  for await (const tally of tallies.tallies(token.workspaceId, query)) {
    if (tally.tokenId === token.id) calls += callsIn(tally).calls;
  }
  return calls;
}

async function latestCalls(deps: Deps, token: Token, now: Date): Promise<CallView[]> {
  const workspace = await deps.workspaces.get(token.workspaceId);
  if (workspace === null) return [];
  const filter = { member: token.id, from: new Date(now.getTime() - DAY_MS) };
  const { items } = await deps.callQueries.list(
    workspace,
    { limit: MAX_CALLS, cursor: null },
    filter,
  );
  return items;
}
