import { Buffer } from "node:buffer";
import type { EchoForm } from "../events/event.ts";
import { foldedBytes } from "./echo_fold.ts";
import { writingsOf } from "./echo_writings.ts";
import { lenientBase64 } from "./lenient_base64.ts";
import { MIN_SCANNED_CHARS } from "./secret.ts";

/** A value that was given to a server, and the name by which it may be spoken of. */
export interface InjectedText {
  name: string;
  value: string;
  /** The whole header or parameter that it is a part of. */
  filled?: string;
}

/** What is looked for: one value in one form, folded. */
export interface Needle {
  bytes: Uint8Array;
  name: string;
  form: EchoForm;
  /** Whether it can stand in JSON outside of a string, as a number or an object. */
  isBareJson: boolean;
}

/** Whether a value can be looked for in what its server sends back. */
export function isScannable(value: string): boolean {
  return value.length >= MIN_SCANNED_CHARS &&
    foldedBytes(Buffer.from(value)).length >= MIN_SCANNED_CHARS;
}

/**
 * Every form in which a server may send back what it was given: as it is, without the word
 * before it (`Bearer`), in base64 at each of the three places it can have in a group of
 * three bytes, and in hex. Escapes and both alphabets of base64 are folded away.
 */
export function echoNeedles(injected: readonly InjectedText[]): Needle[] {
  const needles = new Map<string, Needle>();
  const add = (needle: Needle) => {
    const key = Buffer.from(needle.bytes).toString("latin1");
    if (!needles.has(key)) needles.set(key, needle);
  };

  for (const { name, value, filled = value } of injected) {
    for (const part of partsOf(value, filled)) {
      for (const { bytes, form, isBareJson } of formsOf(part)) {
        // A short number may be any.
        const minLeftBytes = isBareJson ? MIN_SCANNED_CHARS : MIN_LEFT_BYTES;
        for (const read of readings(bytes, minLeftBytes)) {
          add({ bytes: read, name, form, isBareJson });
        }
      }
    }
  }
  return [...needles.values()];
}

/** A number, or the beginning of an object or array. */
const BARE_JSON = /^(-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?$|[[{"])/i;

/** One way in which a value may be written, before anything is folded. */
interface Form extends Pick<Needle, "form" | "isBareJson"> {
  bytes: Uint8Array;
}

function* formsOf(part: string): Generator<Form> {
  // A backslash and an `n` are `\\\u006e` in JSON too, which is read as the `n` alone.
  for (const read of new Set([part, part.replaceAll("\\", "")])) {
    for (const bytes of encodingsOf(read)) {
      yield { bytes, form: "raw", isBareJson: BARE_JSON.test(part) };
    }
  }
  for (const written of writingsOf(part)) {
    for (const bytes of encodingsOf(written)) yield* digitsOf(bytes);
  }
}

/** In base64 and in hex, where no escape can be undone any more. */
function* digitsOf(bytes: Uint8Array): Generator<Form> {
  for (const text of base64Forms(bytes)) {
    yield { bytes: Buffer.from(text), form: "base64", isBareJson: false };
  }
  const hex = Buffer.from(bytes).toString("hex");
  for (const text of [hex, hex.toUpperCase()]) {
    yield { bytes: Buffer.from(text), form: "hex", isBareJson: /^[0-9]+$/.test(text) };
  }
}

/**
 * The value, and those parts of it that are a secret by themselves. The text around it is
 * none, unless the value is too short without.
 */
function partsOf(value: string, filled: string): string[] {
  const [, , rest = ""] = SCHEME.exec(value) ?? [];
  const whole = isScannable(value) ? value : filled;
  return [whole, rest, ...credentialsIn(filled)].filter(isScannable);
}

/** A word such as `Bearer`, and what follows it. */
const SCHEME = /^([A-Za-z][A-Za-z0-9_.-]*) +(\S.*)$/;

/** Name and password of HTTP Basic (RFC 7617), and the password alone. */
function credentialsIn(filled: string): string[] {
  const [, scheme = "", rest = ""] = SCHEME.exec(filled) ?? [];
  if (scheme.toLowerCase() !== "basic") return [];
  const bytes = lenientBase64(rest);
  return (["utf8", "latin1"] as const).flatMap((encoding) => {
    const credentials = bytes.toString(encoding);
    return [credentials, credentials.slice(credentials.indexOf(":") + 1)];
  });
}

/** As UTF-8, and as a header carries it: in Latin-1. */
function encodingsOf(text: string): Uint8Array[] {
  const utf8 = Buffer.from(text, "utf8");
  const isLatin1 = /^[\0-\xff]*$/.test(text) && utf8.length !== text.length;
  return isLatin1 ? [utf8, Buffer.from(text, "latin1")] : [utf8];
}

/** What may stand before or after a value so that together they read as an escape. */
const BEFORE = [
  ...["\\", "\\u", "\\u0", "\\u00", "\\u000", "\\x", "\\x0", "%", "%0"],
  ...["&", "&#", "&#1", "&#x", "&#x1"],
  // Of which a second escape comes.
  ...["\\u002", "\\u005", "\\x2", "\\x5", "%2", "%5", "&#3", "&#9", "&#x2", "&#x5"],
];
const AFTER = ["n", "1", "41", "041", "0041", "00e9"];

/** An escape that begins or ends in a value takes no more of it than this. */
const EDGE_BYTES = 24;
/** What is left of a value at such an edge is looked for if it has this many bytes. */
const MIN_LEFT_BYTES = 6;

/**
 * A form as it reads alone, and as it reads where its first or last characters are taken
 * for a part of an escape, as in `C:\\` before a value that begins with `n`.
 */
function readings(bytes: Uint8Array, minLeftBytes: number): Uint8Array[] {
  const whole = foldedBytes(bytes);
  if (whole.length < MIN_SCANNED_CHARS) return [];
  const parts = [...readingsAfter(bytes, whole), ...readingsBefore(bytes, whole)];
  return [
    whole,
    ...parts.filter(({ length }) => length >= minLeftBytes && length < whole.length),
  ];
}

function readingsAfter(bytes: Uint8Array, whole: Uint8Array): Uint8Array[] {
  const head = bytes.subarray(0, EDGE_BYTES);
  const plain = foldedBytes(head);
  return BEFORE.map((text) => {
    const read = foldedBytes(Buffer.concat([Buffer.from(text), head]));
    return whole.subarray(plain.length - commonEnd(read, plain));
  });
}

function readingsBefore(bytes: Uint8Array, whole: Uint8Array): Uint8Array[] {
  const tail = bytes.subarray(-EDGE_BYTES);
  if (!/[\\%&]/.test(Buffer.from(tail).toString("latin1"))) return [];
  const plain = foldedBytes(tail);
  return AFTER.map((text) => {
    const read = foldedBytes(Buffer.concat([tail, Buffer.from(text)]));
    return whole.subarray(0, whole.length - plain.length + commonStart(read, plain));
  });
}

function commonEnd(a: Uint8Array, b: Uint8Array): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}

function commonStart(a: Uint8Array, b: Uint8Array): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) length++;
  return length;
}

/**
 * What of the base64 of a longer text is the same whatever stands around these bytes, for
 * each place in a group; and with its end, where nothing follows.
 */
function base64Forms(bytes: Uint8Array): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([new Uint8Array(before), bytes]).toString("base64");
    const from = Math.ceil(before * 8 / 6);
    const to = Math.floor((before + bytes.length) * 8 / 6);
    const end = text.slice(to);
    // In the order of their lengths: each is the beginning of the next.
    return [...new Array(end.length + 1).keys()].map((more) => text.slice(from, to + more));
  });
}
