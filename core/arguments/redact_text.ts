import { lenientBase64 } from "../secrets/lenient_base64.ts";
import { isSensitiveName } from "./sensitive_names.ts";

/** What stands in the place of what is not kept. */
export const REDACTED = "[redacted]";

/**
 * Texts that are a secret by how they look, wherever they stand. Each begins with what
 * nothing else begins with, and can be matched in one way alone, so that it costs one pass.
 */
const SHAPES: readonly RegExp[] = [
  // This gateway's own.
  /\bmwt_[a-z0-9]{1,20}_[0-9A-Za-z]{8,}/g,
  /\baat_[0-9A-Za-z]{8,}/g,
  // Keys that their makers mark.
  /\b(?:sk|rk|pk|whsec)_(?:live_|test_)?[0-9A-Za-z]{12,}/g,
  /\bsk-[\w-]{16,}/g,
  /\bgh[opusr]_[0-9A-Za-z]{16,}/g,
  /\bgithub_pat_\w{16,}/g,
  /\bglpat-[\w-]{16,}/g,
  /\bxox[a-z]-[0-9A-Za-z-]{8,}/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bAIza[\w-]{30,}/g,
  /\bya29\.[\w-]{16,}/g,
  /\b(?:npm|hf|shpat|dop_v1)_[0-9A-Za-z]{20,}/g,
  /\bpypi-[\w-]{32,}/g,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/g,
  // Addresses that are all it takes to post.
  /\bhooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/-]{8,}/g,
  /\bdiscord(?:app)?\.com\/api\/webhooks\/[\w/-]{8,}/g,
];

/** What follows a scheme of HTTP authentication. */
const SCHEME = /\b(bearer|token|negotiate|digest)[ \t]{1,4}([\w.~+/=-]{8,})/gi;
const BASIC = /\bbasic[ \t]{1,4}([\w+/-]{8,}={0,2})/gi;
/** A header that is a secret to the end of its line. */
const HEADER = /\b((?:proxy-)?authorization|(?:set-)?cookie)([ \t]{0,8}:[ \t]{0,8})([^\r\n"'`]+)/gi;
/** User and password in the authority of a URL. */
const USERINFO = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@"'<>]{1,1024}@/gi;
/** The password that `curl -u` is given. */
const USER_OPTION = /(?<![\w-])(-u|--user)([ \t=]{1,4}["']?[^\s:"']{1,128}:)[^\s"']+/g;
/** What SQL is given for a user to sign in with. */
const SQL =
  /\b(password|identified[ \t]{1,4}by)([ \t\r\n]{1,4})(?:'(?:[^']|'')*'?|"(?:[^"]|"")*"?)/gi;

/**
 * A text without what looks like a secret: tokens, keys, credentials in URLs, and values
 * that stand behind a sensitive name.
 *
 * It finds what people paste; it is no proof that nothing is left.
 */
export function redactText(text: string): string {
  let clean = withoutWebTokens(withoutPrivateKeys(text));
  for (const shape of SHAPES) clean = clean.replace(shape, REDACTED);
  clean = clean
    .replace(USERINFO, `$1${REDACTED}@`)
    .replace(HEADER, `$1$2${REDACTED}`)
    .replace(SCHEME, (all, scheme, value) => isWord(value) ? all : `${scheme} ${REDACTED}`)
    .replace(BASIC, (all, value) => isUserAndPassword(value) ? `Basic ${REDACTED}` : all)
    .replace(USER_OPTION, `$1$2${REDACTED}`)
    .replace(SQL, `$1$2'${REDACTED}'`);
  return withoutNamedValues(clean);
}

/** Letters alone are no key: `bearer authentication`. */
function isWord(value: string): boolean {
  return value.length < 24 && /^[a-z]+$/i.test(value);
}

/** As in HTTP Basic (RFC 7617). */
function isUserAndPassword(base64: string): boolean {
  return lenientBase64(base64).includes(0x3a);
}

/** Parts with dots between. One that has no dot is looked through once, however long it is. */
const DOTTED = /(?<![\w-])[\w-]+(?:\.[\w-]*)+/g;

/** Without JWS and JWE (RFC 7515, 7516): a JSON object in base64url begins with `eyJ`. */
function withoutWebTokens(text: string): string {
  return text.replace(DOTTED, (dotted) => {
    const lastDot = dotted.lastIndexOf(".");
    for (let at = dotted.indexOf("eyJ"); at !== -1; at = dotted.indexOf("eyJ", at + 1)) {
      if (at > lastDot) break;
      if (at === 0 || /\W/.test(dotted[at - 1])) return dotted.slice(0, at) + REDACTED;
    }
    return dotted;
  });
}

const BEGIN_KEY = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----/g;
const END_KEY = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----/g;

/** Without private keys in PEM; one that has no end goes on to the end of the text. */
function withoutPrivateKeys(text: string): string {
  let clean = "";
  let from = 0;
  for (const begin of text.matchAll(BEGIN_KEY)) {
    if (begin.index < from) continue;
    clean += text.slice(from, begin.index) + REDACTED;
    END_KEY.lastIndex = begin.index;
    from = END_KEY.exec(text) === null ? text.length : END_KEY.lastIndex;
  }
  return clean + text.slice(from);
}

/**
 * A name with what makes the text behind it its value: in a query, a form, settings, code, a
 * JSON text in a text, an option of a command, an element of XML. A name is tried once.
 */
const NAME =
  /(?<![\w.%[\]-])([\w.%[\]-]{2,200})(?:\\{0,8}["'`]?[ \t]{0,8}(?:=>|:=|={1,3}|:)[ \t]{0,8}|>)|(?<![\w.%[\]-])(--?[a-z][\w-]{1,200})[ \t]{1,8}(?=[^\s-])/gi;

function withoutNamedValues(text: string): string {
  let clean = "";
  let from = 0;
  NAME.lastIndex = 0;

  for (let found = NAME.exec(text); found !== null; found = NAME.exec(text)) {
    if (!isSensitiveName(found[1] ?? found[2])) continue;
    const begin = NAME.lastIndex;
    const isElement = found[0] === `${found[1]}>`;
    if (isElement && !/[<:]/.test(text[found.index - 1] ?? "")) continue;
    const end = isElement ? elementEnd(text, begin) : valueEnd(text, begin);
    if (end === begin) continue;
    clean += text.slice(from, begin) + REDACTED;
    NAME.lastIndex = from = end;
  }
  return clean + text.slice(from);
}

const UNQUOTED = /[^\s"'`&;<>]*/y;
const QUOTE = /\\{0,8}["'`]/y;

/** Where a value that begins here is over: with its closing quote, or with the word. */
function valueEnd(text: string, begin: number): number {
  QUOTE.lastIndex = UNQUOTED.lastIndex = begin;
  const quote = QUOTE.exec(text)?.[0];
  if (quote === undefined) {
    UNQUOTED.exec(text);
    return UNQUOTED.lastIndex;
  }

  let at = begin + quote.length;
  while (at < text.length) {
    const close = text.indexOf(quote, at);
    if (close === -1) return text.length;
    at = close + quote.length;
    // A quote behind a further backslash is a part of the value.
    if (text[close - 1] !== "\\" || quote === "`") return at;
  }
  return text.length;
}

function elementEnd(text: string, begin: number): number {
  const end = text.indexOf("<", begin);
  return end === -1 ? text.length : end;
}
