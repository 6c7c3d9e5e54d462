import { isObject } from "../mcp/message.ts";
import { firstOf } from "./schema_form.ts";
import type { FormField, ScalarSpec } from "./form_field.ts";
import { readArguments } from "./read_arguments.ts";

/** What stands in the fields of a form, by their names. */
export type FormValues = Record<string, string[]>;

/**
 * What stands in a form that says these arguments; `null` where no form can say them: a text that
 * is empty, a property that the schema does not name, a value of another kind.
 */
export function fillForm(fields: readonly FormField[], args: unknown): FormValues | null {
  const values: FormValues = {};
  if (!isObject(args) || !fillFields(fields, args, values)) return null;
  const { args: back, problems } = readArguments(fields, paramsOf(values));
  const isSame = Object.keys(problems).length === 0 && sameJson(back, args);
  return isSame ? values : null;
}

/** Values as a browser sends them. */
export function paramsOf(values: FormValues): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, texts] of Object.entries(values)) {
    for (const text of texts) params.append(name, text);
  }
  return params;
}

function fillFields(
  fields: readonly FormField[],
  args: Record<string, unknown>,
  values: FormValues,
): boolean {
  return fields.every((field) => {
    const value = Object.hasOwn(args, field.key) ? args[field.key] : undefined;
    return fillField(field, value, values);
  });
}

function fillField(field: FormField, value: unknown, values: FormValues): boolean {
  if (field.kind === "group") {
    if (value !== undefined && value !== null && !isObject(value)) return false;
    return fillFields(field.fields, isObject(value) ? value : {}, values);
  }
  if (field.kind === "list") {
    if (value !== undefined && value !== null && !Array.isArray(value)) return false;
    values[field.id] = (Array.isArray(value) ? value : []).map((one) => textFor(field.item, one));
    return true;
  }
  if (field.kind === "json") {
    values[field.id] = [value === undefined ? "" : JSON.stringify(value, null, 2)];
    return true;
  }
  values[field.id] = [textFor(field, value)];
  return true;
}

function textFor(spec: ScalarSpec, value: unknown): string {
  return firstOf(spec, value);
}

/** The order of properties says nothing. */
function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length &&
      a.every((one, at) => sameJson(one, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
}
