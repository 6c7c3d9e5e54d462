import { createHash } from "node:crypto";
import { isObject, type JsonObject } from "../mcp/message.ts";

/** What rules need to know of a tool or prompt besides its name. */
export interface ItemFacts {
  /** Whether its server says that it changes nothing. */
  isReadOnly: boolean;
  /** The hash of its definition. */
  definition: string;
}

/** Deeper parts of a definition count as they are written, with their keys in any order. */
const MAX_DEPTH = 64;

const hashes = new WeakMap<JsonObject, string>();

/**
 * The SHA-256 of a definition as canonical JSON: everything that its server says of it,
 * with the fields it knows and those that nobody here knows, since any of them may steer a
 * model.
 */
export function definitionHash(item: JsonObject): string {
  const known = hashes.get(item);
  if (known !== undefined) return known;
  const hash = hashOf(canonicalJson(item));
  hashes.set(item, hash);
  return hash;
}

/** JSON with the keys of every object in one order. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(inOrder(value, 0)) ?? "null";
}

function inOrder(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => inOrder(item, depth + 1));
  if (!isObject(value) || isKeptNumber(value)) return value;
  // Without a prototype, so that no key of a server means anything here.
  const ordered: JsonObject = Object.create(null);
  for (const key of Object.keys(value).sort()) ordered[key] = inOrder(value[key], depth + 1);
  return ordered;
}

/**
 * What rules need to know of every tool or prompt of a list, by its own name.
 *
 * One that is listed twice changes nothing only if both say so, and is defined by both.
 */
export function factsOf(items: readonly JsonObject[]): ReadonlyMap<string, ItemFacts> {
  const facts = new Map<string, ItemFacts>();
  for (const item of items) {
    if (typeof item.name !== "string") continue;
    const own = { isReadOnly: isReadOnly(item), definition: definitionHash(item) };
    const other = facts.get(item.name);
    facts.set(item.name, other === undefined ? own : both(other, own));
  }
  return facts;
}

function both(one: ItemFacts, other: ItemFacts): ItemFacts {
  const isSame = one.definition === other.definition;
  return {
    isReadOnly: one.isReadOnly && other.isReadOnly,
    definition: isSame ? one.definition : hashOf(`${one.definition}+${other.definition}`),
  };
}

/** Whether a definition says that it changes nothing; only the word `true` says so. */
export function isReadOnly({ annotations }: JsonObject): boolean {
  return isObject(annotations) && annotations.readOnlyHint === true;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function isKeptNumber(value: JsonObject): boolean {
  return Object.getPrototypeOf(value) === null && typeof value.rawJSON === "string" &&
    JSON.stringify(value) === value.rawJSON;
}
