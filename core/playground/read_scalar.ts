import type { NumberSpec, ScalarSpec, TextSpec } from "./form_field.ts";
import { hasPattern } from "./safe_pattern.ts";

/** A value, or a sentence that says why a text is none of its kind. */
export type ReadScalar = { value: unknown } | { problem: string };

/** Reads a text that is not empty as a value of its kind. */
export function readScalar(spec: ScalarSpec, text: string): ReadScalar {
  switch (spec.kind) {
    case "choice":
      return spec.options.some(({ json }) => json === text)
        ? { value: JSON.parse(text) }
        : { problem: "Choose one of those that are offered." };
    case "number":
      return readNumber(spec, text.trim());
    case "text":
      return readText(spec, text.replaceAll("\r\n", "\n"));
  }
}

function readNumber(spec: NumberSpec, text: string): ReadScalar {
  const { isInteger, min, max, isAboveMin, isBelowMax, multipleOf } = spec;
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) {
    return { problem: isInteger ? "This has to be a whole number." : "This has to be a number." };
  }
  const value = Number(text);
  if (!Number.isFinite(value)) return { problem: "This number is too large." };
  if (isInteger && !Number.isInteger(value)) return { problem: "This has to be a whole number." };
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(text)) {
    return { problem: "This number has more digits than a page can send exactly." };
  }
  if (min !== null && (isAboveMin ? value <= min : value < min)) {
    return { problem: `This has to be ${isAboveMin ? "more than" : "at least"} ${min}.` };
  }
  if (max !== null && (isBelowMax ? value >= max : value > max)) {
    return { problem: `This has to be ${isBelowMax ? "less than" : "at most"} ${max}.` };
  }
  if (multipleOf !== null && multipleOf > 0 && !isMultiple(value, multipleOf)) {
    return { problem: `This has to be a multiple of ${multipleOf}.` };
  }
  return { value };
}

/** 0.3 is a multiple of 0.1, although it is none of what a computer takes for it. */
function isMultiple(value: number, of: number): boolean {
  const times = value / of;
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times));
}

function readText(spec: TextSpec, text: string): ReadScalar {
  const { minLength, maxLength, pattern, format } = spec;
  const length = [...text].length;
  if (minLength !== null && length < minLength) {
    return { problem: `This has to have at least ${minLength} characters.` };
  }
  if (maxLength !== null && length > maxLength) {
    return { problem: `This has to have at most ${maxLength} characters, and has ${length}.` };
  }
  if (pattern !== null && hasPattern(pattern, text) === false) {
    return { problem: `This does not match the pattern ${pattern}.` };
  }
  // A schema may say "constructor" here.
  const kind = format !== null && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (kind !== undefined && !kind.test(text)) return { problem: `This has to be ${kind.name}.` };
  return { value: text };
}

/** Formats that are told at a glance; all others are the server's to check. */
const FORMATS: Record<string, { name: string; test(text: string): boolean } | undefined> = {
  email: { name: "an e-mail address", test: (text) => /^[^\s@]+@[^\s@]+$/.test(text) },
  uri: { name: "a whole URL, with https:// or the like", test: (text) => URL.canParse(text) },
  date: { name: "a date such as 2026-11-27", test: (text) => /^\d{4}-\d\d-\d\d$/.test(text) },
  "date-time": {
    name: "a time such as 2026-11-27T09:30:00Z",
    test: (text) =>
      /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?$/.test(text),
  },
};
