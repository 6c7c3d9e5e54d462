import { Buffer } from "node:buffer";
import type { SeededRandom } from "./seeded_random.ts";

/** Values of every shape that a key has. */
export const KEYS = {
  plain: "sk_live_51Hq0Kc2eZvKYlo2CabcdefGH",
  symbols: "a+b/c==d-e_f.g~h:i;j,k",
  quoted: "p\"a\\nss\\w%41o&amp;rd'x/<y>",
  digits: "4929123456781234",
  bearer: "Bearer eyJhbGciOiJIUzI1NiJ9.e30.ZRrHA1JJ",
  basic: `Basic ${btoa("deploy:correct-horse-9")}`,
  latin1: "clé-secrète-für-überall",
  short: "8chars!!",
  newlines: "nrtbfu0041%25n\\",
  long: Array.from({ length: 60 }, (_, at) => `part${at}${(at * 7919).toString(36)}`).join("."),
} as const;

/** What of a value is a secret: all of it, or what follows a word such as `Bearer`. */
export function partsOf(key: string): string[] {
  const rest = /^(Bearer|Basic) (.*)$/.exec(key);
  if (rest === null) return [key];
  return rest[1] === "Basic" ? [key, rest[2], atob(rest[2])] : [key, rest[2]];
}

type Encode = (value: string, random: SeededRandom) => string;

const json: Encode = (value) => JSON.stringify(value).slice(1, -1);
const url: Encode = (value) => encodeURIComponent(value);
const utf8 = (value: string) => Buffer.from(value, "utf8");

/** Base64 with other bytes around, so that the value has any place in a group of three. */
function base64(encoding: "base64" | "base64url"): Encode {
  return (value, random) => {
    const before = Buffer.from("xyz".slice(0, random.whole(0, 3)));
    const after = Buffer.from("vw".slice(0, random.whole(0, 2)));
    return Buffer.concat([before, utf8(value), after]).toString(encoding);
  };
}

function wrapped(encode: Encode): Encode {
  return (value, random) => {
    const columns = random.pick([4, 17, 64, 76]);
    const lines = encode(value, random).match(new RegExp(`.{1,${columns}}`, "g")) ?? [];
    return lines.join(random.pick(["\n", "\r\n"]));
  };
}

function after(second: Encode, first: Encode): Encode {
  return (value, random) => second(first(value, random), random);
}

/** Every form in which a server may send a value back. */
export const FORMS: Record<string, Encode> = {
  raw: (value) => value,
  json,
  "json twice": after(json, json),
  "json three times": after(json, after(json, json)),
  "json units": (value) =>
    Array.from({ length: value.length }, (_, at) => {
      return `\\u${value.charCodeAt(at).toString(16).padStart(4, "0")}`;
    }).join(""),
  url,
  "url twice": after(url, url),
  "url, every byte": (value, random) =>
    Array.from(utf8(value), (byte) => {
      const hex = byte.toString(16).padStart(2, "0");
      return `%${random.next() < 0.5 ? hex : hex.toUpperCase()}`;
    }).join(""),
  form: (value) => new URLSearchParams({ q: value }).toString(),
  "json in a url": after(url, json),
  "url in json": after(json, url),
  html: (value) =>
    value.replaceAll(/[&<>"'/=+]/g, (char) => `&#x${char.charCodeAt(0).toString(16)};`),
  "html names": (value) =>
    value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;"),
  base64: base64("base64"),
  base64url: base64("base64url"),
  "base64, wrapped": wrapped(base64("base64")),
  "base64 in a url": after(url, base64("base64")),
  "base64 in json": after(json, wrapped(base64("base64"))),
  hex: (value) => utf8(value).toString("hex"),
  "hex, upper case": (value) => utf8(value).toString("hex").toUpperCase(),
};

/**
 * Whether a text still holds a value in any form, as somebody would find it who undoes
 * every escape. Written apart from the product, and slower.
 */
export function holds(text: string, key: string): boolean {
  return heldOf(text, [key]).length > 0;
}

/** Those of several values that a text still holds. */
export function heldOf(text: string, keys: readonly string[]): string[] {
  const readings = [...readingsOf(text)];
  return keys.filter((key) =>
    partsOf(key).some((part) => {
      const needles = needlesOf(part);
      return readings.some((reading) => needles.some((needle) => reading.includes(needle)));
    })
  );
}

/** A text as it is, and with escapes of one kind or another undone, again and again. */
function readingsOf(text: string): Set<string> {
  const readings = new Set([text]);
  let latest = [text];
  for (let level = 0; level < 4 && latest.length > 0; level++) {
    latest = latest.flatMap((reading) => UNDO.map((undo) => undo(reading)))
      .filter((reading) => !readings.has(reading));
    for (const reading of latest) readings.add(reading);
  }
  return readings;
}

const CONTROLS: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

const UNDO: ((text: string) => string)[] = [
  (text) =>
    text.replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, hex, char) => {
      return hex === undefined ? CONTROLS[char] ?? char : String.fromCharCode(parseInt(hex, 16));
    }),
  (text) =>
    text.replaceAll(/(%[0-9a-f]{2})+/gi, (run) => {
      return Buffer.from(run.replaceAll("%", ""), "hex").toString();
    }),
  (text) =>
    text.replaceAll(/&(?:#x([0-9a-f]{1,6})|(amp|lt|gt|quot));/gi, (_, hex, name) => {
      return name === undefined
        ? String.fromCodePoint(parseInt(hex, 16))
        : { amp: "&", lt: "<", gt: ">", quot: '"' }[String(name)] ?? "";
    }),
  (text) => text.replaceAll(/[\r\n]+/g, ""),
];

const needles = new Map<string, string[]>();

function needlesOf(part: string): string[] {
  const known = needles.get(part);
  if (known !== undefined) return known;
  const bytes = utf8(part);
  const hex = bytes.toString("hex");
  const found = [part, hex, hex.toUpperCase(), part.replaceAll(" ", "+")];
  for (const before of [0, 1, 2]) {
    // What the neighbours of these bytes have no share in.
    const text = Buffer.concat([new Uint8Array(before), bytes]).toString("base64");
    const core = text.slice(
      Math.ceil(before * 8 / 6),
      Math.floor((before + bytes.length) * 8 / 6),
    );
    found.push(core, core.replaceAll("+", "-").replaceAll("/", "_"));
  }
  needles.set(part, found);
  return found;
}

/** Cuts bytes into pieces of 1 to `maxBytes`. */
export function piecesOf(
  bytes: Uint8Array,
  random: SeededRandom,
  maxBytes: number,
): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = random.whole(1, maxBytes);
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}
