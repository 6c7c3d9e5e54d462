import { z } from "zod";
import { ServerId } from "../ids.ts";
import { Slug } from "../slug.ts";

const Name = z.string().trim().min(1, "must have 1 to 100 characters")
  .max(100, "must have 1 to 100 characters");

const TimeoutSeconds = z.number().int().min(1, "must be 1 to 3600 seconds")
  .max(3600, "must be 1 to 3600 seconds");

/** How long one call may take when a server does not say otherwise. */
export const DEFAULT_TIMEOUT_SECONDS = 300;

/** What an admin says to register a server. */
export const ServerInput = z.strictObject({
  name: Name,
  slug: Slug,
  /** Where the MCP server listens; checked by the upstream address rules. */
  url: z.string().min(1).max(2000, "must have at most 2000 characters"),
  timeoutSeconds: TimeoutSeconds.optional(),
});
export type ServerInput = z.infer<typeof ServerInput>;

/** What an admin may change later; the slug stays, since tool names carry it. */
export const ServerChange = z.strictObject({
  name: Name.optional(),
  url: ServerInput.shape.url.optional(),
  timeoutSeconds: TimeoutSeconds.optional(),
});
export type ServerChange = z.infer<typeof ServerChange>;

/** An upstream MCP server, as it is stored. Dates are ISO 8601, UTC. */
export const Server = z.object({
  id: ServerId,
  slug: Slug,
  name: Name,
  externalUrl: z.string(),
  timeoutSeconds: TimeoutSeconds,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Server = z.infer<typeof Server>;

/** A server as the API and the dashboard show it. */
export const ServerView = z.object({
  id: ServerId,
  slug: Slug,
  name: z.string(),
  url: z.string(),
  timeoutSeconds: z.number(),
  /** Slugs of the workspaces it is installed in. */
  workspaces: z.array(Slug),
  /** Names of its secrets. */
  secrets: z.array(z.string()),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type ServerView = z.infer<typeof ServerView>;
