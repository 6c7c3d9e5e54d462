import { z } from "zod";
import { ServerId, WorkspaceId } from "../ids.ts";
import { Slug } from "../slug.ts";
import { ErrorRule } from "../webhooks/error_rule.ts";

/** What an event of every kind says. */
const common = {
  /** When it happened; ISO 8601, UTC. */
  at: z.iso.datetime(),
  serverId: ServerId,
  /** The server's slug. */
  server: Slug,
};

/** In which form a server sent back a value that it had been given. */
export const EchoForm = z.enum(["raw", "base64", "hex"]);
export type EchoForm = z.infer<typeof EchoForm>;

/** In which part of its answer. */
export const EchoPlace = z.enum(["body", "header"]);
export type EchoPlace = z.infer<typeof EchoPlace>;

/** A server sent back the value of a secret that it had been given. */
export const LeakEvent = z.object({
  ...common,
  kind: z.literal("leak"),
  /** The name of the secret; nobody is told more of it. */
  secret: z.string(),
  form: EchoForm,
  place: EchoPlace,
  /** The method of the exchange; `null` on a stream that belongs to none. */
  method: z.string().nullable(),
  /** The tool, prompt or resource that was asked for, by its name at its server. */
  tool: z.string().nullable(),
  /** How often it was seen since the last event that says the same. */
  times: z.number().int().min(1),
});
export type LeakEvent = z.infer<typeof LeakEvent>;

/** A tool or prompt of a server is not defined as an admin trusts it to be. */
export const DefinitionChangeEvent = z.object({
  ...common,
  kind: z.literal("definition_change"),
  /** Whether it is a tool or a prompt. */
  item: z.enum(["tool", "prompt"]),
  /** The tool or prompt, by its name at its server. */
  tool: z.string(),
  change: z.enum(["added", "changed"]),
  /** What differs, as JSON texts that may be cut; `null` where there is nothing. */
  diff: z.array(z.object({
    field: z.string(),
    before: z.string().nullable(),
    after: z.string().nullable(),
  })),
});
export type DefinitionChangeEvent = z.infer<typeof DefinitionChangeEvent>;

/** A server was disabled by the gateway itself. */
export const ServerBlockedEvent = z.object({
  ...common,
  kind: z.literal("server_blocked"),
  reason: z.enum(["leak"]),
});
export type ServerBlockedEvent = z.infer<typeof ServerBlockedEvent>;

/** A process does not call a server for a while, since it failed often in a row. */
export const BreakerOpenedEvent = z.object({
  ...common,
  kind: z.literal("breaker_opened"),
  failures: z.number().int(),
  since: z.iso.datetime(),
  nextTryAt: z.iso.datetime(),
});
export type BreakerOpenedEvent = z.infer<typeof BreakerOpenedEvent>;

/** Of a server's calls in a workspace more failed than somebody wants to let pass. */
export const ErrorRateEvent = z.object({
  ...common,
  kind: z.literal("error_rate"),
  workspaceId: WorkspaceId,
  workspace: Slug,
  calls: z.number().int().min(1),
  errors: z.number().int(),
  /** The rule that they broke. */
  rule: ErrorRule,
});
export type ErrorRateEvent = z.infer<typeof ErrorRateEvent>;

/** What admins should see that no admin did. Never holds a value of a secret. */
export const Event = z.discriminatedUnion("kind", [
  LeakEvent,
  DefinitionChangeEvent,
  ServerBlockedEvent,
  BreakerOpenedEvent,
  ErrorRateEvent,
]);
export type Event = z.infer<typeof Event>;

/** The kinds of events. */
export const EventKind = z.enum([
  "leak",
  "definition_change",
  "server_blocked",
  "breaker_opened",
  "error_rate",
]);
export type EventKind = z.infer<typeof EventKind>;
