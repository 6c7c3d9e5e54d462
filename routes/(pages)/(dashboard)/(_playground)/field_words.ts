import type { FormField, NumberSpec, TextSpec } from "../../../../core/playground/form_field.ts";

/** Of what a server says of a field, so much is shown. */
const MAX_HINT = 600;

/** Names of texts that tend to have several lines. */
const LONG_NAMES =
  /body|text|content|description|message|query|code|script|markdown|prompt|comment/i;

/** Whether a field wants several lines. */
export function isLong(field: FormField): boolean {
  if (field.kind !== "text" || field.format !== null || field.pattern !== null) return false;
  if (field.first.includes("\n")) return true;
  return field.maxLength === null ? LONG_NAMES.test(field.key) : field.maxLength > 200;
}

/** What helps to fill in a field: what its server says of it, and its bounds. */
export function hintOf(field: FormField): string | undefined {
  const own = field.label === field.key ? [] : [field.key];
  const told = field.hint === null ? [] : [cut(field.hint)];
  const parts = [...told, ...boundsOf(field), ...own];
  return parts.length === 0 ? undefined : parts.join(" · ");
}

function boundsOf(field: FormField): string[] {
  switch (field.kind) {
    case "text":
      return textBounds(field);
    case "number":
      return numberBounds(field);
    case "list":
      return range("entries", field.minItems, field.maxItems);
    case "json":
      return ["as JSON"];
    default:
      return [];
  }
}

function textBounds({ minLength, maxLength, format, pattern }: TextSpec): string[] {
  return [
    ...format === null ? [] : [format],
    ...range("characters", minLength, maxLength),
    ...pattern === null ? [] : [`pattern ${cut(pattern)}`],
  ];
}

function numberBounds({ isInteger, min, max, isAboveMin, isBelowMax, multipleOf }: NumberSpec) {
  return [
    isInteger ? "whole number" : "number",
    ...min === null ? [] : [`${isAboveMin ? "more than" : "at least"} ${min}`],
    ...max === null ? [] : [`${isBelowMax ? "less than" : "at most"} ${max}`],
    ...multipleOf === null ? [] : [`a multiple of ${multipleOf}`],
  ];
}

function range(what: string, least: number | null, most: number | null): string[] {
  if (least !== null && most !== null) return [`${least} to ${most} ${what}`];
  if (least !== null) return [`at least ${least} ${what}`];
  return most === null ? [] : [`at most ${most} ${what}`];
}

function cut(text: string): string {
  return text.length > MAX_HINT ? `${text.slice(0, MAX_HINT)}…` : text;
}
