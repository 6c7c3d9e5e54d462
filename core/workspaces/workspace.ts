import { z } from "zod";
import { ServerId, WorkspaceId } from "../ids.ts";
import { Slug } from "../slug.ts";

/** What an admin says to create a workspace; the name defaults to the slug. */
export const WorkspaceInput = z.strictObject({
  slug: Slug,
  name: z.string().trim().min(1).max(100, "must have 1 to 100 characters")
    .optional(),
});
export type WorkspaceInput = z.infer<typeof WorkspaceInput>;

/** A group of servers that people share, as it is stored. */
export const Workspace = z.object({
  id: WorkspaceId,
  slug: Slug,
  name: z.string(),
  createdAt: z.iso.datetime(),
});
export type Workspace = z.infer<typeof Workspace>;

/** A server put into a workspace. */
export const Install = z.object({
  workspaceId: WorkspaceId,
  serverId: ServerId,
  installedAt: z.iso.datetime(),
});
export type Install = z.infer<typeof Install>;

/** A workspace as the API and the dashboard show it. */
export const WorkspaceView = z.object({
  id: WorkspaceId,
  slug: Slug,
  name: z.string(),
  /** The path that an editor connects to, `/ws/<slug>/sse`. */
  path: z.string(),
  /** The whole URL of that path at this gateway's public address. */
  url: z.string(),
  servers: z.array(
    z.object({ slug: Slug, name: z.string(), installedAt: z.string() }),
  ),
  /** Tokens that open it now: neither revoked nor expired. */
  activeTokens: z.number().int(),
  createdAt: z.string(),
});
export type WorkspaceView = z.infer<typeof WorkspaceView>;
