import { visibleText } from "../definitions/visible_text.ts";
import { isObject, type JsonObject } from "../mcp/message.ts";
import {
  type FormField,
  MAX_DEPTH,
  MAX_FIELDS,
  type NumberSpec,
  type ScalarSpec,
  type TextSpec,
} from "./form_field.ts";
import { simpleSchema } from "./simple_schema.ts";

/** Where a field stands, and what its parent says of it. */
interface Place {
  id: string;
  key: string;
  isRequired: boolean;
  depth: number;
  /** Whether what it has by default stands in it: not inside of what may be left out whole. */
  showsDefault: boolean;
}

/** Counts the fields of one form, and knows where its references lead. */
interface Making {
  root: JsonObject;
  count: number;
}

/**
 * The fields of a form for a tool's arguments; `null` where they have no names of their own, and
 * JSON alone can say them.
 */
export function formFor(inputSchema: JsonObject): FormField[] | null {
  const making: Making = { root: inputSchema, count: 0 };
  const simple = simpleSchema({ type: "object", ...inputSchema }, inputSchema);
  const schema = simple?.schema ?? inputSchema;
  if (schema.type !== "object" || simple?.isNullable) return null;
  // Rules over several properties are the server's to check; the fields are the same.
  const { properties = {} } = simple === null ? inputSchema : schema;
  if (!isObject(properties)) return null;
  const isOpen = Object.keys(properties).length === 0 && takesMore(schema);
  return isOpen ? null : fieldsOf(schema, "a", 0, true, making);
}

/** Whether arguments are taken that the schema does not name. */
function takesMore({ additionalProperties, patternProperties }: JsonObject): boolean {
  return isObject(additionalProperties) || additionalProperties === true ||
    patternProperties !== undefined;
}

function fieldsOf(
  schema: JsonObject,
  id: string,
  depth: number,
  showsDefault: boolean,
  making: Making,
): FormField[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const properties = isObject(schema.properties) ? schema.properties : {};
  return Object.entries(properties).map(([key, property], at) => {
    const isRequired = required.includes(key);
    return fieldFor(property, { id: `${id}${at}`, key, isRequired, depth, showsDefault }, making);
  });
}

function fieldFor(property: unknown, place: Place, making: Making): FormField {
  making.count += 1;
  const simple = simpleSchema(property, making.root);
  const schema = simple?.schema ?? {};
  const told = isObject(property) ? { ...schema, ...property } : schema;
  const base = {
    id: place.id,
    key: place.key,
    label: visibleText(textOr(told.title) ?? place.key),
    hint: textOr(told.description) === null ? null : visibleText(String(told.description)),
    isRequired: place.isRequired,
    isNullable: simple?.isNullable ?? false,
  };
  const first = place.showsDefault ? told.default : undefined;
  const asJson = { ...base, kind: "json" as const, first: jsonOr(first) };
  if (simple === null || making.count > MAX_FIELDS) return asJson;

  const scalar = scalarOf(schema);
  if (scalar !== null) {
    return { ...base, ...scalar, first: onlyOne(scalar, place) ?? firstOf(scalar, first) };
  }
  if (schema.type === "array") {
    const item = simpleSchema(schema.items, making.root);
    const spec = item === null || item.isNullable ? null : scalarOf(item.schema);
    if (spec === null || schema.uniqueItems === true && spec.kind !== "choice") return asJson;
    return {
      ...base,
      kind: "list",
      item: spec,
      minItems: numberOr(schema.minItems),
      maxItems: numberOr(schema.maxItems),
      first: Array.isArray(first) ? first.map((one) => firstOf(spec, one)) : [],
    };
  }
  if (schema.type !== "object" || !isObject(schema.properties) || place.depth >= MAX_DEPTH) {
    return asJson;
  }
  if (takesMore(schema)) return asJson;
  const shows = place.showsDefault && place.isRequired;
  const fields = fieldsOf(schema, `${place.id}-`, place.depth + 1, shows, making);
  return { ...base, kind: "group", fields };
}

/** What has to be there and can be only one thing is that already. */
function onlyOne(spec: ScalarSpec, { isRequired, showsDefault }: Place): string | null {
  const isFixed = spec.kind === "choice" && spec.options.length === 1;
  return isFixed && isRequired && showsDefault ? spec.options[0].json : null;
}

function scalarOf(schema: JsonObject): ScalarSpec | null {
  if ("const" in schema) return choiceOf([schema.const], []);
  if (Array.isArray(schema.enum)) {
    const names = Array.isArray(schema.enumNames) ? schema.enumNames : [];
    return schema.enum.length === 0 ? null : choiceOf(schema.enum, names);
  }
  switch (schema.type) {
    case "boolean":
      return choiceOf([true, false], ["Yes", "No"]);
    case "string":
      return textOf(schema);
    case "number":
    case "integer":
      return numberOf(schema);
    default:
      return null;
  }
}

function choiceOf(values: readonly unknown[], names: readonly unknown[]): ScalarSpec {
  const options = values.map((value, at) => {
    const json = JSON.stringify(value);
    const label = textOr(names[at]) ?? (typeof value === "string" ? value : json);
    return { json, label: visibleText(label) };
  });
  return { kind: "choice", options };
}

function textOf(schema: JsonObject): TextSpec {
  return {
    kind: "text",
    format: textOr(schema.format),
    minLength: numberOr(schema.minLength),
    maxLength: numberOr(schema.maxLength),
    pattern: textOr(schema.pattern),
  };
}

function numberOf(schema: JsonObject): NumberSpec {
  const [above, below] = [numberOr(schema.exclusiveMinimum), numberOr(schema.exclusiveMaximum)];
  const [least, most] = [numberOr(schema.minimum), numberOr(schema.maximum)];
  const isAboveMin = above !== null && (least === null || above >= least);
  const isBelowMax = below !== null && (most === null || below <= most);
  return {
    kind: "number",
    isInteger: schema.type === "integer",
    min: isAboveMin ? above : least,
    max: isBelowMax ? below : most,
    isAboveMin,
    isBelowMax,
    multipleOf: numberOr(schema.multipleOf),
  };
}

/** How a value of its kind is written into its field. */
export function firstOf(spec: ScalarSpec, value: unknown): string {
  if (value === undefined || value === null && spec.kind !== "choice") return "";
  if (spec.kind === "choice") {
    const json = JSON.stringify(value);
    return spec.options.some((option) => option.json === json) ? json : "";
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}

function jsonOr(value: unknown): string {
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}

function textOr(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function numberOr(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
