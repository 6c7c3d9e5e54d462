import { createHash } from "node:crypto";
import { z } from "zod";
import type { ItemFacts } from "./definition_hash.ts";

/** What definitions are pinned of. */
export const PinnedKind = z.enum(["tool", "prompt"]);
export type PinnedKind = z.infer<typeof PinnedKind>;

/** A definition that no admin has approved. */
export const WaitingChange = z.object({
  /** Whether there was another one before. */
  change: z.enum(["added", "changed"]),
  hash: z.string(),
  seenAt: z.iso.datetime(),
});
export type WaitingChange = z.infer<typeof WaitingChange>;

/** What is known of the definitions of one tool or prompt. */
export const Pin = z.object({
  kind: PinnedKind,
  name: z.string(),
  /** Hashes of definitions that are trusted, the newest last. */
  approved: z.array(z.string()),
  waiting: z.array(WaitingChange),
});
export type Pin = z.infer<typeof Pin>;

/** What is known of all definitions of a server together. */
export const PinHead = z.object({
  /** How often its pins have changed. */
  revision: z.number().int(),
  /** The kinds whose first whole list was taken over as trusted. */
  begun: z.array(PinnedKind),
  /** How many definitions wait for an admin. */
  waiting: z.number().int(),
  /** How many tools are pinned; `null` where that was not counted yet. */
  tools: z.number().int().nullable().default(null),
});
export type PinHead = z.infer<typeof PinHead>;

/** The head of a server that was never listed. */
export const NO_PINS: PinHead = { revision: 0, begun: [], waiting: 0, tools: null };

/** All pins of a server, by {@linkcode pinKey}. */
export interface Pins {
  head: PinHead;
  byKey: ReadonlyMap<string, Pin>;
}

/** The most tools and prompts of one server that are pinned. */
export const MAX_PINS = 10_000;
/** The most definitions of one server that wait for an admin. */
export const MAX_WAITING = 500;
/** Different definitions of one tool that wait. */
export const MAX_VARIANTS = 5;
/** Definitions of one tool that stay trusted. */
export const MAX_APPROVED = 10;

/** What has a longer name is not pinned, and so never trusted. */
export const MAX_PINNED_NAME = 1_000;

/** A list of one kind, or a part of it, as a server gave it. */
export interface Listing {
  kind: PinnedKind;
  facts: ReadonlyMap<string, ItemFacts>;
  /** Whether nothing of the list is missing. */
  isWhole: boolean;
}

/** What a listing changes of a server's pins. */
export interface PinChanges {
  pins: readonly Pin[];
  /** The changes among them that an admin is to see. */
  news: readonly News[];
  /** A kind that is taken over as a whole with this. */
  begun: PinnedKind | null;
}

/** A definition that was seen for the first time and is not trusted. */
export interface News {
  pin: Pin;
  change: WaitingChange;
}

/** The key of a tool's or prompt's pin, of one length for whatever name. */
export function pinKey(kind: PinnedKind, name: string): string {
  return createHash("sha256").update(`${kind}:${name}`).digest("base64url");
}

/** Whether a definition is one that is trusted. */
export function isApproved({ byKey }: Pins, kind: PinnedKind, name: string, hash: string): boolean {
  return byKey.get(pinKey(kind, name))?.approved.includes(hash) ?? false;
}

/**
 * What a listing changes of the pins, at most `limit` of them at once, and `newsLimit` that
 * an admin is to see; `null` where there is nothing new.
 *
 * The first whole list of a kind is trusted. After it, whatever is new or different waits:
 * each distinct definition once, and what is not listed any more is left as it was.
 */
export function changesIn(
  pins: Pins,
  { kind, facts, isWhole }: Listing,
  { now, limit, newsLimit }: { now: Date; limit: number; newsLimit: number },
): PinChanges | null {
  const isFirst = !pins.head.begun.includes(kind);
  if (isFirst && !isWhole) return null;

  const changed: Pin[] = [];
  const news: News[] = [];
  let room = MAX_PINS - pins.byKey.size;
  for (const [name, { definition }] of facts) {
    const stored = pins.byKey.get(pinKey(kind, name));
    if (stored !== undefined && knows(stored, definition)) continue;
    if (stored === undefined && (name.length > MAX_PINNED_NAME || room-- <= 0)) continue;
    if (changed.length === limit || news.length === newsLimit) {
      return { pins: changed, news, begun: null };
    }

    if (stored === undefined && isFirst) {
      changed.push({ kind, name, approved: [definition], waiting: [] });
      continue;
    }
    const pin = stored ?? { kind, name, approved: [], waiting: [] };
    const isFull = pin.waiting.length >= MAX_VARIANTS ||
      pins.head.waiting + news.length >= MAX_WAITING;
    if (isFull) continue;
    const change = changeTo(pin, definition, now);
    const next = { ...pin, waiting: [...pin.waiting, change] };
    changed.push(next);
    news.push({ pin: next, change });
  }

  if (changed.length === 0 && !isFirst) return null;
  return { pins: changed, news, begun: isFirst ? kind : null };
}

function knows({ approved, waiting }: Pin, hash: string): boolean {
  return approved.includes(hash) || waiting.some((one) => one.hash === hash);
}

function changeTo({ approved }: Pin, hash: string, now: Date): WaitingChange {
  const change = approved.length > 0 ? "changed" : "added";
  return { change, hash, seenAt: now.toISOString() };
}

/** The same pin with one of its waiting definitions trusted. */
export function withApproved(pin: Pin, hash: string): Pin {
  return {
    ...pin,
    approved: [...pin.approved.filter((one) => one !== hash), hash].slice(-MAX_APPROVED),
    waiting: pin.waiting.filter((one) => one.hash !== hash),
  };
}

/** The same pin without one of its waiting definitions, which is seen anew if it comes again. */
export function withDismissed(pin: Pin, hash: string): Pin {
  return { ...pin, waiting: pin.waiting.filter((one) => one.hash !== hash) };
}
