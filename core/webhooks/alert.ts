import { z } from "zod";
import { ServerId, TokenId, WorkspaceId } from "../ids.ts";

/** What an alert can be about. */
export const AlertKind = z.enum([
  "token.revoked",
  "admin_token.revoked",
  "leak.detected",
  "server.blocked",
  "definition.changed",
  "breaker.opened",
  "error_rate.exceeded",
]);
export type AlertKind = z.infer<typeof AlertKind>;

/** Who did something, as the audit log says it. */
const By = z.object({ name: z.string(), kind: z.string(), via: z.string() });

const ServerRef = z.object({ id: ServerId, slug: z.string() });
const WorkspaceRef = z.object({ id: WorkspaceId, slug: z.string() });

/** Access of members ended: one token's, all of a person's, or all of a workspace's. */
const TokenRevoked = z.object({
  reason: z.enum(["revoked", "offboarded", "workspace_removed"]),
  /** The name that the token says, or the address of who was offboarded. */
  person: z.string().nullable(),
  /** `null` where it ended in all workspaces of a person. */
  workspace: WorkspaceRef.nullable(),
  /** At most 50 of them; none where a whole workspace went. */
  tokenIds: z.array(TokenId),
  /** How many tokens; `null` where a whole workspace went. */
  count: z.number().int().nullable(),
  by: By,
});

const AdminTokenRevoked = z.object({ id: z.string(), name: z.string(), by: By });

const LeakDetected = z.object({
  server: ServerRef,
  /** The secret's name. */
  secret: z.string(),
  form: z.string(),
  place: z.string(),
  method: z.string().nullable(),
  tool: z.string().nullable(),
  times: z.number().int(),
});

const ServerBlocked = z.object({ server: ServerRef, reason: z.string() });

const DefinitionChanged = z.object({
  server: ServerRef,
  item: z.enum(["tool", "prompt"]),
  name: z.string(),
  change: z.enum(["added", "changed"]),
  /** Names of the fields that differ; what they say is in the gateway. */
  fields: z.array(z.string()),
});

const BreakerOpened = z.object({
  server: ServerRef,
  /** How often it failed in a row, and since when. */
  failures: z.number().int(),
  since: z.iso.datetime(),
  nextTryAt: z.iso.datetime(),
});

const ErrorRateExceeded = z.object({
  workspace: WorkspaceRef,
  server: ServerRef,
  calls: z.number().int(),
  errors: z.number().int(),
  percent: z.number(),
  /** What was exceeded. */
  threshold: z.object({
    percent: z.number(),
    minCalls: z.number().int(),
    windowMinutes: z.number().int(),
  }),
});

/** That a webhook works. */
const WebhookTest = z.object({ webhook: z.string(), name: z.string() });

/**
 * What a receiver gets as JSON. Never holds a secret, a token, an argument or a result, nor
 * a text that a server wrote about itself.
 */
export const Alert = z.discriminatedUnion("type", [
  alert("token.revoked", TokenRevoked),
  alert("admin_token.revoked", AdminTokenRevoked),
  alert("leak.detected", LeakDetected),
  alert("server.blocked", ServerBlocked),
  alert("definition.changed", DefinitionChanged),
  alert("breaker.opened", BreakerOpened),
  alert("error_rate.exceeded", ErrorRateExceeded),
  alert("webhook.test", WebhookTest),
]);
export type Alert = z.infer<typeof Alert>;

/** An alert, with what decides who gets it. */
export interface PlacedAlert {
  /** The same whoever finds it and however often: receivers tell repetitions by it. */
  id: string;
  alert: Alert;
  /** The workspaces that it concerns; `null` when it concerns none in particular. */
  workspaceIds: readonly WorkspaceId[] | null;
}

function alert<Type extends string, Data extends z.ZodType>(type: Type, data: Data) {
  return z.object({
    type: z.literal(type),
    /** When it happened; ISO 8601, UTC. */
    timestamp: z.iso.datetime(),
    data,
  });
}
