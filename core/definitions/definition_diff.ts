import { isObject, type JsonObject } from "../mcp/message.ts";
import { canonicalJson } from "./definition_hash.ts";

/** One field that differs, as JSON texts that may be cut; `null` where there is nothing. */
export interface FieldChange {
  /** Where it is: `inputSchema.properties.path.description`. */
  field: string;
  before: string | null;
  after: string | null;
}

/** How much of a difference is shown. */
export interface DiffLimits {
  fields: number;
  /** Characters of each text. */
  chars: number;
}

/** As much as an event holds. */
export const IN_EVENT: DiffLimits = { fields: 10, chars: 150 };
/** As much as an admin is shown. */
export const IN_REVIEW: DiffLimits = { fields: 30, chars: 500 };

/** Objects inside of each other are compared field by field down to here. */
const MAX_DEPTH = 12;
/** What stays the same is shown for so long before a difference. */
const SHOWN_BEFORE = 30;
const MAX_FIELD_LENGTH = 200;

/** One field that differs, with its values; `undefined` where there is nothing. */
export interface ChangedField {
  /** Where it is: `inputSchema.properties.path.description`. */
  field: string;
  before: unknown;
  after: unknown;
}

/** What differs between two definitions, field by field; `null` = there was none. */
export function definitionDiff(
  before: JsonObject | null,
  after: JsonObject | null,
  limits: DiffLimits,
): FieldChange[] {
  const { fields, isAll } = changedFields(before, after, limits.fields);
  const changes = fields.map((one) => ({
    field: one.field.slice(0, MAX_FIELD_LENGTH),
    ...shownTexts(one.before, one.after, limits.chars),
  }));
  return isAll ? changes : [...changes, { field: "…", before: null, after: null }];
}

/** The fields that differ, at most so many, and whether these are all. */
export function changedFields(
  before: JsonObject | null,
  after: JsonObject | null,
  most: number,
): { fields: ChangedField[]; isAll: boolean } {
  const fields: ChangedField[] = [];
  const isAll = collect(fields, "", before ?? {}, after ?? {}, most, 0);
  return { fields, isAll };
}

/** Collects until there is no more room; `false` when something was left out. */
function collect(
  fields: ChangedField[],
  path: string,
  before: JsonObject,
  after: JsonObject,
  most: number,
  depth: number,
): boolean {
  for (const key of orderedKeys(before, after)) {
    const [old, now] = [before[key], after[key]];
    if (canonicalJson(old) === canonicalJson(now)) continue;
    const field = path === "" ? key : `${path}.${key}`;
    const isDeeper = isObject(old) && isObject(now) && depth < MAX_DEPTH;
    if (isDeeper) {
      if (!collect(fields, field, old, now, most, depth + 1)) return false;
      continue;
    }
    if (fields.length === most) return false;
    fields.push({ field, before: old, after: now });
  }
  return true;
}

/** What a model reads first, first. */
const FIRST: readonly string[] = ["name", "title", "description"];

function orderedKeys(before: JsonObject, after: JsonObject): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return [
    ...FIRST.filter((key) => keys.includes(key)),
    ...keys.filter((key) => !FIRST.includes(key)),
  ];
}

/** Both texts from shortly before their first difference on: a change at a long end is seen. */
function shownTexts(old: unknown, now: unknown, chars: number) {
  const before = old === undefined ? null : canonicalJson(old);
  const after = now === undefined ? null : canonicalJson(now);
  const from = before === null || after === null ? 0 : beginOfDifference(before, after);
  return { before: cut(before, from, chars), after: cut(after, from, chars) };
}

function beginOfDifference(before: string, after: string): number {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same++;
  return Math.max(0, same - SHOWN_BEFORE);
}

function cut(text: string | null, from: number, chars: number): string | null {
  if (text === null) return null;
  const start = from < SHOWN_BEFORE ? 0 : from;
  const shown = text.slice(start, start + chars);
  const rest = text.length - start - shown.length;
  return `${start > 0 ? "…" : ""}${shown}${rest > 0 ? `… (${rest} more characters)` : ""}`
    .toWellFormed();
}
