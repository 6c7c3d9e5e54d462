import { createHash } from "node:crypto";

/**
 * Room for a tool's name at its client: the shortest of the known limits, which is
 * that of VS Code after its own prefix.
 */
export const MAX_EXPOSED_LENGTH = 46;

const SEPARATOR = "__";
const HASH_LENGTH = 8;
const PLAIN = /^[A-Za-z0-9_-]+$/;

/**
 * The name under which a server's tool is shown: `slug__tool`.
 *
 * A name that is too long, or has characters that some client refuses, is cut and
 * replaced and gets a hash of the whole name at its end, so that it stays the same
 * for good and differs from its neighbours.
 */
export function exposedName(slug: string, tool: string): string {
  const plain = `${slug}${SEPARATOR}${tool}`;
  if (PLAIN.test(plain) && plain.length <= MAX_EXPOSED_LENGTH) return plain;

  const readable = plain.replaceAll(/[^A-Za-z0-9_-]/g, "_");
  const room = MAX_EXPOSED_LENGTH - HASH_LENGTH - 1;
  return `${readable.slice(0, room)}_${shortHash(tool)}`;
}

/** Takes an exposed name apart; `null` when it has no server part. */
export function splitExposedName(name: string): { slug: string; rest: string } | null {
  const at = name.indexOf(SEPARATOR);
  if (at < 1 || at + SEPARATOR.length >= name.length) return null;
  return { slug: name.slice(0, at), rest: name.slice(at + SEPARATOR.length) };
}

/** Whether an exposed name may be a shortened one, whose tool only a list can tell. */
export function looksShortened(name: string): boolean {
  return /_[0-9a-z]{8}(?:[0-9a-z]{8})?$/.test(name) && name.length >= HASH_LENGTH + 4;
}

/**
 * The exposed names of one server's tools, each with the tool's own name.
 *
 * Should two tools meet in one exposed name, the first in the list keeps it and
 * the other gets a longer hash.
 */
export function exposedNames(slug: string, tools: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();

  for (const tool of tools) {
    let name = exposedName(slug, tool);
    for (let extra = 1; names.has(name) && names.get(name) !== tool; extra++) {
      const hash = shortHash(`${extra}:${tool}`) + shortHash(`${extra}.${tool}`);
      name = `${name.slice(0, MAX_EXPOSED_LENGTH - 2 * HASH_LENGTH - 1)}_${hash}`;
    }
    names.set(name, tool);
  }

  return names;
}

/** The first 41 bits of SHA-256 in base 36: stable, and spread evenly. */
function shortHash(text: string): string {
  const digest = createHash("sha256").update(text).digest();
  const number = digest.readBigUInt64BE() >> 23n;
  return number.toString(36).padStart(HASH_LENGTH, "0");
}
