import { z } from "zod";
import { RetentionDays } from "../calls/retention.ts";
import { ArgumentLogging } from "../arguments/argument_logging.ts";
import { ServerId, WorkspaceId } from "../ids.ts";
import {
  InstallLimits,
  InstallLimitsChange,
  WorkspaceLimits,
  WorkspaceLimitsChange,
} from "../limits/limits.ts";
import { policyFrom, ToolPolicy, ToolPolicyInput } from "../policies/tool_policy.ts";
import { Slug } from "../slug.ts";

/** What an admin says to create a workspace; the name defaults to the slug. */
export const WorkspaceInput = z.strictObject({
  slug: Slug,
  name: z.string().trim().min(1).max(100, "must have 1 to 100 characters")
    .optional(),
  /** How much its tokens may do; what is left out is not limited. */
  limits: WorkspaceLimitsChange.optional(),
  /** For how many days its calls are kept; 90 unless it is said. */
  retentionDays: RetentionDays.optional(),
});
export type WorkspaceInput = z.infer<typeof WorkspaceInput>;

/** What an admin changes of a workspace; what is left out stays as it is. */
export const WorkspaceChange = WorkspaceInput.pick({
  name: true,
  limits: true,
  retentionDays: true,
});
export type WorkspaceChange = z.infer<typeof WorkspaceChange>;

/** A group of servers that people share, as it is stored. */
export const Workspace = z.object({
  id: WorkspaceId,
  slug: Slug,
  name: z.string(),
  /** Since when nobody is let in; `null` while it is open. */
  disabledAt: z.iso.datetime().nullable(),
  limits: WorkspaceLimits,
  retentionDays: RetentionDays,
  /** How arguments of calls are kept; `null` where none are. */
  logArguments: ArgumentLogging.nullable(),
  createdAt: z.iso.datetime(),
});
export type Workspace = z.infer<typeof Workspace>;

/**
 * What happens to a tool whose definition changes: nothing but an event, or it is not shown
 * until an admin approves.
 */
export const OnChange = z.enum(["warn", "hold"], 'must be "warn" or "hold"');
export type OnChange = z.infer<typeof OnChange>;

/** What an admin says of an install; what is left out stays as it is. */
export const InstallInput = z.strictObject({
  /** Which of its tools are shown; `null` = all. */
  policy: ToolPolicyInput.nullable().transform(policyFrom).optional(),
  onChange: OnChange.optional(),
  /** How often its tools may be called. */
  limits: InstallLimitsChange.optional(),
});
export type InstallInput = z.output<typeof InstallInput>;

/** A server put into a workspace. */
export const Install = z.object({
  workspaceId: WorkspaceId,
  serverId: ServerId,
  installedAt: z.iso.datetime(),
  policy: ToolPolicy.nullable(),
  onChange: OnChange,
  limits: InstallLimits,
});
export type Install = z.infer<typeof Install>;

/** A workspace as the API and the dashboard show it. */
export const WorkspaceView = z.object({
  id: WorkspaceId,
  slug: Slug,
  name: z.string(),
  disabledAt: z.string().nullable(),
  limits: WorkspaceLimits,
  /** For how many days its calls are kept. */
  retentionDays: RetentionDays,
  logArguments: ArgumentLogging.nullable(),
  /** The path that an editor connects to, `/ws/<slug>/sse`. */
  path: z.string(),
  /** The whole URL of that path at this gateway's public address. */
  url: z.string(),
  servers: z.array(
    z.object({
      slug: Slug,
      name: z.string(),
      installedAt: z.string(),
      /** Whether nobody may call it now. */
      isDisabled: z.boolean(),
      policy: ToolPolicy.nullable(),
      onChange: OnChange,
      limits: InstallLimits,
    }),
  ),
  /** Tokens that open it now: neither revoked nor expired. */
  activeTokens: z.number().int(),
  createdAt: z.string(),
});
export type WorkspaceView = z.infer<typeof WorkspaceView>;
