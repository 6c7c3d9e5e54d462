import { z } from "zod";
import { WebhookId, WorkspaceId } from "../ids.ts";
import { SealedValue } from "../secrets/secret.ts";
import { Slug } from "../slug.ts";
import { AlertKind } from "./alert.ts";
import { ErrorRule } from "./error_rule.ts";

/** The most webhooks that one gateway keeps. */
export const MAX_WEBHOOKS = 20;

const NAME_RANGE = "must have 1 to 100 characters";
const KINDS_RANGE = "must be one or more kinds of alerts";
const WORKSPACES_RANGE = "must be 1 to 50 workspaces";

const Name = z.string().trim().min(1, NAME_RANGE).max(100, NAME_RANGE);
const Kinds = z.array(
  z.enum(AlertKind.options, `must be one of ${AlertKind.options.join(", ")}`),
).min(1, KINDS_RANGE).max(AlertKind.options.length, KINDS_RANGE);
const Workspaces = z.array(Slug).min(1, WORKSPACES_RANGE).max(50, WORKSPACES_RANGE);

/** What an admin says to have alerts sent somewhere. */
export const WebhookInput = z.strictObject({
  name: Name,
  /** Where alerts are sent; checked by the address rules of servers. */
  url: z.string().min(1).max(2000, "must have at most 2000 characters"),
  /** Which alerts; all unless said. */
  kinds: Kinds.nullable().optional(),
  /** Only what concerns one of these workspaces, by slug. */
  workspaces: Workspaces.nullable().optional(),
  errorRule: ErrorRule.partial().optional(),
});
export type WebhookInput = z.infer<typeof WebhookInput>;

/** What an admin changes of one; what is left out stays. */
export const WebhookChange = WebhookInput.partial().extend({ enabled: z.boolean().optional() });
export type WebhookChange = z.infer<typeof WebhookChange>;

const OVERLAP_RANGE = "must be 0 to 168 hours";

/** For how long the earlier secret signs, too. */
export const RotationInput = z.strictObject({
  overlapHours: z.number().int(OVERLAP_RANGE).min(0, OVERLAP_RANGE).max(168, OVERLAP_RANGE)
    .default(24),
});
export type RotationInput = z.infer<typeof RotationInput>;

/** Places in the logs from which on alerts are a webhook's. */
export const LogPlaces = z.object({
  /** The last places that are not, in the audit log and among events; empty for none. */
  audit: z.string(),
  events: z.string(),
});
export type LogPlaces = z.infer<typeof LogPlaces>;

/** Since when and why nothing is sent. */
const Disabling = z.object({ at: z.iso.datetime(), reason: z.enum(["admin", "gone"]) });

/** Where alerts are sent, as it is stored. */
export const Webhook = z.object({
  id: WebhookId,
  name: z.string(),
  url: z.string(),
  /** `null` for all, also those that are still to come. */
  kinds: z.array(AlertKind).nullable(),
  workspaceIds: z.array(WorkspaceId).nullable(),
  errorRule: ErrorRule,
  disabled: Disabling.nullable(),
  /** Where its alerts begin: those from before it was added or enabled are not sent. */
  after: LogPlaces,
  /** Counts up with every secret; part of what the ciphertext is bound to. */
  secretVersion: z.number().int().min(1),
  sealed: SealedValue,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Webhook = z.infer<typeof Webhook>;

/** The secret that a webhook had before, while it still signs. */
export const EarlierSecret = z.object({
  webhookId: WebhookId,
  secretVersion: z.number().int().min(1),
  sealed: SealedValue,
  until: z.iso.datetime(),
});
export type EarlierSecret = z.infer<typeof EarlierSecret>;

/** A webhook as the API shows it: without its secret, and without the query of its URL. */
export const WebhookView = z.object({
  id: WebhookId,
  name: z.string(),
  url: z.string(),
  kinds: z.array(AlertKind).nullable(),
  /** Slugs of the workspaces that are still there; `null` for all. */
  workspaces: z.array(Slug).nullable(),
  errorRule: ErrorRule,
  disabled: Disabling.nullable(),
  secretVersion: z.number().int(),
  /** Until when the secret before this one signs, too. */
  earlierSecretUntil: z.string().nullable(),
  /** Deliveries that are still to be made. */
  pending: z.number().int(),
  /** Deliveries that were given up; at most 100 are counted. */
  dead: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type WebhookView = z.infer<typeof WebhookView>;

/** A webhook with its new secret, which is in this answer only. */
export const CreatedWebhook = WebhookView.extend({ secret: z.string() });
export type CreatedWebhook = z.infer<typeof CreatedWebhook>;

/** What became of a request that tries a webhook. */
export const WebhookTestReport = z.object({
  ok: z.boolean(),
  status: z.number().int().nullable(),
  message: z.string(),
  durationMs: z.number(),
});
export type WebhookTestReport = z.infer<typeof WebhookTestReport>;
