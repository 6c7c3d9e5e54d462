import { z } from "zod";
import { ServerId } from "../ids.ts";
import { SecretView } from "../secrets/secret.ts";
import { Slug } from "../slug.ts";
import { Disabling } from "./disabling.ts";
import { ProtocolPin } from "./protocol_pin.ts";
import { ServerHealthView } from "./server_health.ts";
import { Timeouts, TimeoutsChange } from "./timeouts.ts";

const Name = z.string().trim().min(1, "must have 1 to 100 characters")
  .max(100, "must have 1 to 100 characters");

const CONCURRENT_RANGE = "must be 1 to 10000 calls";

/** How many calls one process may have at a server at once. */
const MaxConcurrent = z.number().int(CONCURRENT_RANGE).min(1, CONCURRENT_RANGE)
  .max(10_000, CONCURRENT_RANGE);

/** Names of the client's own headers that a server gets; checked by the header rules. */
const ForwardHeaders = z.array(z.string().min(1).max(100)).max(20, "must be at most 20 headers");

/** What happens when a server sends back a secret: it is taken out, or the server blocked too. */
export const OnLeak = z.enum(["redact", "block"], 'must be "redact" or "block"');
export type OnLeak = z.infer<typeof OnLeak>;

/** How many calls at once when a server does not say otherwise. */
export const DEFAULT_MAX_CONCURRENT = 100;

/** What an admin says to register a server. */
export const ServerInput = z.strictObject({
  name: Name,
  slug: Slug,
  /** Where the MCP server listens; checked by the upstream address rules. */
  url: z.string().min(1).max(2000, "must have at most 2000 characters"),
  protocol: ProtocolPin.optional(),
  timeouts: TimeoutsChange.optional(),
  maxConcurrent: MaxConcurrent.optional(),
  forwardHeaders: ForwardHeaders.optional(),
  onLeak: OnLeak.optional(),
});
export type ServerInput = z.infer<typeof ServerInput>;

/** What an admin may change later; the slug stays, since tool names carry it. */
export const ServerChange = z.strictObject({
  name: Name.optional(),
  url: ServerInput.shape.url.optional(),
  protocol: ProtocolPin.optional(),
  timeouts: TimeoutsChange.optional(),
  maxConcurrent: MaxConcurrent.optional(),
  forwardHeaders: ForwardHeaders.optional(),
  onLeak: OnLeak.optional(),
});
export type ServerChange = z.infer<typeof ServerChange>;

/** An upstream MCP server, as it is stored. Dates are ISO 8601, UTC. */
export const Server = z.object({
  id: ServerId,
  slug: Slug,
  name: Name,
  externalUrl: z.string(),
  protocol: ProtocolPin,
  timeouts: Timeouts,
  maxConcurrent: MaxConcurrent,
  /** In lower case, in alphabetical order. */
  forwardHeaders: ForwardHeaders,
  onLeak: OnLeak,
  /** Since when nobody may call it, and why; `null` while it may be called. */
  disabled: Disabling.nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Server = z.infer<typeof Server>;

/** A server that nobody may call. */
export type DisabledServer = Server & { disabled: Disabling };

/** Whether nobody may call a server. */
export function isDisabled(server: Server): server is DisabledServer {
  return server.disabled !== null;
}

/** A server as the API and the dashboard show it. */
export const ServerView = z.object({
  id: ServerId,
  slug: Slug,
  name: z.string(),
  url: z.string(),
  protocol: ProtocolPin,
  timeouts: Timeouts,
  maxConcurrent: z.number(),
  forwardHeaders: z.array(z.string()),
  onLeak: OnLeak,
  disabled: Disabling.nullable(),
  health: ServerHealthView,
  /** Slugs of the workspaces it is installed in. */
  workspaces: z.array(Slug),
  secrets: z.array(SecretView),
  /** How many changed or new definitions of its tools and prompts no admin has approved. */
  changesWaiting: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type ServerView = z.infer<typeof ServerView>;
