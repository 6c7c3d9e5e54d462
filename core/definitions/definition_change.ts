import { createHash } from "node:crypto";
import { z } from "zod";
import { type Pin, pinKey, PinnedKind, type Pins, type WaitingChange } from "./pin.ts";

/** A definition that waits for an admin, as the API shows it. */
export const DefinitionChangeView = z.object({
  /** Names this very definition: 12 hex digits. */
  id: z.string(),
  kind: PinnedKind,
  /** The tool or prompt, by its name at its server. */
  name: z.string(),
  change: z.enum(["added", "changed"]),
  /** When it was first seen. */
  seenAt: z.string(),
  /** What differs from the one that is trusted, as JSON texts that may be cut. */
  diff: z.array(z.object({
    field: z.string(),
    before: z.string().nullable(),
    after: z.string().nullable(),
  })),
});
export type DefinitionChangeView = z.infer<typeof DefinitionChangeView>;

const REF_RULE = "must be the id of a change, or a tool's or prompt's name";
const Refs = z.array(z.string().min(1, REF_RULE).max(1_000, REF_RULE))
  .max(100, "must have at most 100 changes").default([]);

/** What an admin decides about definitions that wait. */
export const ReviewInput = z.strictObject({
  /** These are trusted from now on. */
  approve: Refs,
  /** These are forgotten until they are seen again. */
  dismiss: Refs,
});
export type ReviewInput = z.infer<typeof ReviewInput>;

/** What became of a review. */
export const ReviewReport = z.object({
  /** Names of tools and prompts. */
  approved: z.array(z.string()),
  dismissed: z.array(z.string()),
  /** How many definitions of the server still wait. */
  waiting: z.number().int(),
});
export type ReviewReport = z.infer<typeof ReviewReport>;

/** A definition that waits, and whose. */
export interface Waiting {
  /** As an admin is shown it. */
  id: string;
  /** The whole hash that the id is the begin of: no two definitions share it. */
  fullId: string;
  pin: Pin;
  change: WaitingChange;
}

/** Everything that waits at a server, by kind and name. */
export function waitingIn({ byKey }: Pins): Waiting[] {
  return [...byKey.values()]
    .flatMap((pin) => pin.waiting.map((change) => waitingOf(pin, change)))
    .sort((a, b) => orderOf(a) < orderOf(b) ? -1 : 1);
}

/** As many hex digits name a definition that waits. */
export const SHORT_ID = 12;

function waitingOf(pin: Pin, change: WaitingChange): Waiting {
  const place = `${pinKey(pin.kind, pin.name)} ${change.hash}`;
  const fullId = createHash("sha256").update(place).digest("hex");
  return { id: fullId.slice(0, SHORT_ID), fullId, pin, change };
}

function orderOf({ pin, id }: Waiting): string {
  return JSON.stringify([pin.kind === "tool" ? 0 : 1, pin.name, id]);
}
