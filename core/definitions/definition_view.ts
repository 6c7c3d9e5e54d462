import { isObject, type JsonObject } from "../mcp/message.ts";
import { changedFields } from "./definition_diff.ts";
import type { PinnedKind, WaitingChange } from "./pin.ts";
import { type SchemaField, schemaFields } from "./schema_fields.ts";
import { type DiffPart, textDiff } from "./text_diff.ts";
import { visibleText } from "./visible_text.ts";

/** What a server promises of a tool; `null` where it says nothing. */
export interface Hints {
  readOnly: boolean | null;
  destructive: boolean | null;
  idempotent: boolean | null;
  openWorld: boolean | null;
}

/** What a tool or prompt says of itself, as text that is safe to show. */
export interface DefinitionText {
  title: string | null;
  description: string | null;
  hints: Hints;
  /** What it is given. */
  fields: SchemaField[];
  /** Whether these are all. */
  isWhole: boolean;
  /** Everything that is kept of it. */
  json: string;
}

/** A field that differs, word by word. */
export interface FieldDiff {
  field: string;
  change: "added" | "removed" | "changed";
  parts: DiffPart[];
}

/** A definition that waits for an admin, as a page shows it. */
export interface WaitingView {
  /** Names this very definition and no other: 64 hex digits. */
  fullId: string;
  /** As the command line shows it. */
  id: string;
  kind: PinnedKind;
  name: string;
  change: WaitingChange["change"];
  seenAt: string;
  diff: FieldDiff[];
  /** Whether all that differs is in it. */
  isAllShown: boolean;
  /** What it says now. */
  text: DefinitionText;
}

const MAX_DIFFS = 40;
const MAX_FIELD_CHARS = 200;

/** What a definition says of itself. */
export function definitionText(item: JsonObject): DefinitionText {
  const annotations = isObject(item.annotations) ? item.annotations : {};
  const hint = (name: string) => {
    const value = annotations[name];
    return typeof value === "boolean" ? value : null;
  };
  const { fields, isAll } = Array.isArray(item.arguments)
    ? promptArguments(item.arguments)
    : schemaFields(item.inputSchema);
  return {
    title: textOf(item.title) ?? textOf(annotations.title),
    description: textOf(item.description),
    hints: {
      readOnly: hint("readOnlyHint"),
      destructive: hint("destructiveHint"),
      idempotent: hint("idempotentHint"),
      openWorld: hint("openWorldHint"),
    },
    fields: fields.map(visibleField),
    isWhole: isAll,
    json: visibleText(JSON.stringify(item, null, 2)),
  };
}

/** What differs between the definition that is trusted and one that waits. */
export function fieldDiffs(
  before: JsonObject | null,
  after: JsonObject | null,
): { diff: FieldDiff[]; isAllShown: boolean } {
  const { fields, isAll } = changedFields(before, after, MAX_DIFFS);
  const diff = fields.map(({ field, before, after }): FieldDiff => ({
    field: visibleText(field.slice(0, MAX_FIELD_CHARS).toWellFormed()),
    change: before === undefined ? "added" : after === undefined ? "removed" : "changed",
    parts: textDiff(spoken(before), spoken(after)),
  }));
  return { diff, isAllShown: isAll };
}

/** A text as it is, unless it could be taken for a value of another kind; the rest as JSON. */
function spoken(value: unknown): string {
  if (value === undefined) return "";
  const isPlain = typeof value === "string" && !isJson(value);
  return visibleText(isPlain ? value : JSON.stringify(value, null, 2));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return text.trim() === "";
  }
}

function promptArguments(list: readonly unknown[]): { fields: SchemaField[]; isAll: boolean } {
  const fields = list.filter(isObject).slice(0, 100).map((one): SchemaField => ({
    name: String(one.name ?? ""),
    type: "string",
    isRequired: one.required === true,
    description: typeof one.description === "string" ? one.description : null,
    rules: [],
  }));
  return { fields, isAll: list.length <= 100 };
}

function visibleField(field: SchemaField): SchemaField {
  return {
    ...field,
    name: visibleText(field.name),
    type: visibleText(field.type),
    description: field.description === null ? null : visibleText(field.description),
    rules: field.rules.map(visibleText),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? visibleText(value) : null;
}
