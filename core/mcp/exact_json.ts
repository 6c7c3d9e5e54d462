import { isNestedDeeper } from "./json_depth.ts";
import { JsonTooDeep, MAX_JSON_DEPTH } from "./json_lexer.ts";

declare global {
  // The libraries of types do not know this part of ECMAScript yet.
  interface JSON {
    rawJSON(text: string): object;
  }
}

/**
 * Finds what may be a number that would be written as another one: 16 digits and more, an
 * exponent, a negative zero. What looks so inside of a string costs time and nothing else.
 */
const MAY_CHANGE = /[:[,]\s*(?:-?\d[\d.]{15}|-?\d[\d.]*[eE]|-0(?!\.\d*[1-9]))/;

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * Parses JSON so that `JSON.stringify` gives back every number that was in it.
 *
 * One that JavaScript cannot hold becomes an opaque object in its place: whoever looks
 * for a number does not find one there. Throws `SyntaxError`, and {@linkcode JsonTooDeep}.
 */
export function parseExact(text: string): unknown {
  if (isNestedDeeper(text, MAX_JSON_DEPTH)) throw new JsonTooDeep();
  return MAY_CHANGE.test(text) ? JSON.parse(text, keepNumber) : JSON.parse(text);
}

function keepNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  const written = String(value);
  // Nearly always the same text; only the rest is worth a closer look.
  const isSame = written === context.source || decimalOf(written) === decimalOf(context.source);
  return isSame ? value : JSON.rawJSON(context.source);
}

/** The one way to write a number of this value. */
function decimalOf(text: string): string {
  const [, sign, whole, fraction = "", exponent = "0"] = NUMBER.exec(text) ?? [text, text, ""];
  const digits = whole + fraction;
  const significant = digits.replace(/0+$/, "");
  const shift = Number(exponent) - fraction.length + digits.length - significant.length;
  const bare = significant.replace(/^0+/, "");
  return bare === "" ? `${sign}0` : `${sign}${bare}e${shift}`;
}
