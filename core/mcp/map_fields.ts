import { isObject, type JsonObject } from "./message.ts";

/**
 * The object with one field changed.
 *
 * Gives back the very same object where the field is missing or stays as it is, so
 * that what needs no change costs no copy.
 */
function mapField<T extends JsonObject>(
  object: T,
  name: string,
  map: (value: unknown) => unknown,
): T {
  const value = object[name];
  const mapped = map(value);
  return mapped === value ? object : { ...object, [name]: mapped };
}

/** The same for a field that holds a text; anything else in it is left alone. */
export function mapText<T extends JsonObject>(
  object: T,
  name: string,
  map: (text: string) => string,
): T {
  return mapField(object, name, (value) => typeof value === "string" ? map(value) : value);
}

/** The same for a field that holds an object. */
export function mapObject<T extends JsonObject>(
  object: T,
  name: string,
  map: (value: JsonObject) => JsonObject,
): T {
  return mapField(object, name, (value) => isObject(value) ? map(value) : value);
}

/** The same for each object in a field that holds an array. */
export function mapArray<T extends JsonObject>(
  object: T,
  name: string,
  map: (entry: JsonObject) => JsonObject,
): T {
  return mapField(object, name, (value) => Array.isArray(value) ? mapEach(value, map) : value);
}

/** An array with its objects changed; the same array where none of them is. */
function mapEach(entries: unknown[], map: (entry: JsonObject) => JsonObject): unknown[] {
  const mapped = entries.map((entry) => isObject(entry) ? map(entry) : entry);
  return mapped.some((entry, index) => entry !== entries[index]) ? mapped : entries;
}
