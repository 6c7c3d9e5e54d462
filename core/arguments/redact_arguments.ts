import { parseExact } from "../mcp/exact_json.ts";
import { matchesGlob } from "../policies/glob.ts";
import { isRawNumber } from "./fit_json.ts";
import { REDACTED, redactText } from "./redact_text.ts";
import { isCountName, isSensitiveName } from "./sensitive_names.ts";

/** What is nested deeper says nothing to a reader. */
const MAX_DEPTH = 24;

/** JSON in a text in JSON in a text, and no deeper. */
const MAX_TEXTS = 3;

/** Of a longer name, or of more names, the end is compared with globs. */
const MAX_COMPARED = 500;

/** Names that a list gives to things, and under which it says what they are. */
const NAMING = ["name", "key", "header", "field", "param", "parameter", "variable"];
const NAMED = ["value", "values", "val", "content"];

/**
 * Arguments without what is secret by the name that it stands under, by how it looks, or
 * by one of the workspace's own patterns; at any depth, also in JSON that is a text.
 *
 * `true`, `false` and `null` are never a secret.
 */
export function redactArguments(value: unknown, patterns: readonly string[]): unknown {
  const globs = patterns.map((pattern) => pattern.toLowerCase());
  return new Redaction(globs).value(value, [], 0);
}

class Redaction {
  readonly #globs: readonly string[];
  #texts = 0;

  constructor(globs: readonly string[]) {
    this.#globs = globs;
  }

  value(value: unknown, path: readonly string[], depth: number): unknown {
    if (typeof value === "string") return this.#text(value, path, depth);
    if (typeof value !== "object" || value === null || isRawNumber(value)) return value;
    if (depth === MAX_DEPTH) return `[cut: nested deeper than ${MAX_DEPTH}]`;
    if (Array.isArray(value)) return this.#items(value, path, depth);
    return this.#fields(value, path, depth);
  }

  #fields(fields: object, path: readonly string[], depth: number): Record<string, unknown> {
    const clean: Record<string, unknown> = Object.create(null);
    const isNamed = NAMING.some((name) => isSensitive(Reflect.get(fields, name)));
    let redactedNames = 0;

    for (const [name, value] of Object.entries(fields)) {
      const own = [...path, name];
      const isHidden = this.#hides(own, value) || (isNamed && NAMED.includes(name.toLowerCase()));
      const shown = redactText(name);
      // Two names that were redacted are still two fields.
      const free = shown === name ? name : `${shown} ${++redactedNames}`;
      clean[free] = isHidden && mayBeSecret(value) ? REDACTED : this.value(value, own, depth + 1);
    }
    return clean;
  }

  /** An item has the names of its list. `["Authorization", "Bearer …"]` is a name and a value. */
  #items(items: readonly unknown[], path: readonly string[], depth: number): unknown[] {
    const isPair = items.length === 2 && isSensitive(items[0]);
    return items.map((item, at) => {
      return isPair && at === 1 && mayBeSecret(item) ? REDACTED : this.value(item, path, depth + 1);
    });
  }

  #text(text: string, path: readonly string[], depth: number): string {
    const inner = this.#texts < MAX_TEXTS ? jsonIn(text) : undefined;
    if (inner === undefined) return redactText(text);

    this.#texts++;
    const clean = JSON.stringify(this.value(inner, path, depth + 1));
    this.#texts--;
    // What was not touched stays as it was written.
    return clean === JSON.stringify(inner) ? text : clean;
  }

  #hides(path: readonly string[], value: unknown): boolean {
    const name = path[path.length - 1];
    if (isSensitiveName(name)) return !(isNumber(value) && isCountName(name));
    if (this.#globs.length === 0) return false;
    const own = name.slice(-MAX_COMPARED).toLowerCase();
    const whole = path.join(".").slice(-MAX_COMPARED).toLowerCase();
    return this.#globs.some((glob) => matchesGlob(glob, own) || matchesGlob(glob, whole));
  }
}

function isSensitive(name: unknown): boolean {
  return typeof name === "string" && name.length <= 100 && isSensitiveName(name);
}

/** Whether a value has room for a secret. */
function mayBeSecret(value: unknown): boolean {
  return value !== null && typeof value !== "boolean";
}

function isNumber(value: unknown): boolean {
  if (typeof value === "number") return true;
  return typeof value === "object" && value !== null && isRawNumber(value);
}

/** The object or list that a text is; `undefined` for any other text. */
function jsonIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}
