import { z } from "zod";

const RANGE = "must be a whole number from 1 to 1000000";

/** How many; `null` for as many as there are. */
const Limit = z.number(RANGE).int(RANGE).min(1, RANGE).max(1_000_000, RANGE).nullable();

/** What a workspace lets all of its tokens do together, and each one unless it says otherwise. */
export const WorkspaceLimits = z.strictObject({
  requestsPerMinute: Limit,
  requestsPerMinutePerToken: Limit,
  concurrentCalls: Limit,
  concurrentCallsPerToken: Limit,
});
export type WorkspaceLimits = z.infer<typeof WorkspaceLimits>;

/** What one token may do; `null` for what its workspace says of every token. */
export const TokenLimits = z.strictObject({ requestsPerMinute: Limit, concurrentCalls: Limit });
export type TokenLimits = z.infer<typeof TokenLimits>;

/** How often each tool of a server may be called in a workspace, and the ones that differ. */
export const InstallLimits = z.strictObject({
  callsPerMinutePerTool: Limit,
  /** By the tool's own name; `null` for no limit at all. */
  tools: z.record(z.string().min(1).max(200), Limit).refine(
    (tools) => Object.keys(tools).length <= 100,
    "must name at most 100 tools",
  ),
});
export type InstallLimits = z.infer<typeof InstallLimits>;

/** What is to change in a workspace's limits; the others stay. */
export const WorkspaceLimitsChange = WorkspaceLimits.partial();
export type WorkspaceLimitsChange = z.infer<typeof WorkspaceLimitsChange>;

/** What is to change in a token's limits; the others stay. */
export const TokenLimitsChange = TokenLimits.partial();
export type TokenLimitsChange = z.infer<typeof TokenLimitsChange>;

/** What is to change in an install's limits; `tools` as a whole. */
export const InstallLimitsChange = InstallLimits.partial();
export type InstallLimitsChange = z.infer<typeof InstallLimitsChange>;

/** A workspace that limits nothing. */
export const NO_WORKSPACE_LIMITS: WorkspaceLimits = {
  requestsPerMinute: null,
  requestsPerMinutePerToken: null,
  concurrentCalls: null,
  concurrentCallsPerToken: null,
};

/** A token with no limits of its own. */
export const NO_TOKEN_LIMITS: TokenLimits = { requestsPerMinute: null, concurrentCalls: null };

/** A server whose tools are not limited. */
export const NO_INSTALL_LIMITS: InstallLimits = { callsPerMinutePerTool: null, tools: {} };

/** What holds for one token of a workspace: its own limits before those of every token. */
export function limitsOfToken(workspace: WorkspaceLimits, token: TokenLimits): TokenLimits {
  return {
    requestsPerMinute: token.requestsPerMinute ?? workspace.requestsPerMinutePerToken,
    concurrentCalls: token.concurrentCalls ?? workspace.concurrentCallsPerToken,
  };
}

/** How often a tool of this own name may be called in a minute; `null` for any number. */
export function limitOfTool(limits: InstallLimits, tool: string): number | null {
  return Object.hasOwn(limits.tools, tool) ? limits.tools[tool] : limits.callsPerMinutePerTool;
}

/** Limits with what was given of a change. */
export function withChange<Limits extends object>(
  limits: Limits,
  change: Partial<Limits> | undefined,
): Limits {
  const given = Object.entries(change ?? {}).filter(([, value]) => value !== undefined);
  return { ...limits, ...Object.fromEntries(given) };
}
