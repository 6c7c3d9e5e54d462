/** Of a longer value only what JavaScript writes: looking for more of it would cost too much. */
export const MAX_WRITTEN_CHARS = 1_024;

/**
 * A value as common libraries write it into a JSON string and into a URL.
 *
 * In the clear all of these read alike; in base64 and hex, where no escape can be undone,
 * each has to be looked for by itself.
 */
export function writingsOf(value: string): Set<string> {
  const json = JSON.stringify(value).slice(1, -1);
  const inQuery = new URLSearchParams([["", value]]).toString().slice(1);
  const inUrl = encodeURIComponent(value.toWellFormed());
  const own = [value, json, inQuery, inUrl];
  if (value.length > MAX_WRITTEN_CHARS) return new Set(own);
  return new Set([...own, ...otherJson(json), ...otherUrls(inQuery, inUrl)]);
}

/** As Go, Python, PHP and .NET write it. */
function otherJson(json: string): string[] {
  const ascii = json.replace(/[\x7f-\uffff]/g, unit);
  return [
    json.replace(/[<>&]/g, unit),
    ascii,
    ascii.replaceAll("/", "\\/"),
    json.replaceAll('\\"', "\\u0022").replace(/[<>&'+`\x7f-\uffff]/g, upperUnit),
  ];
}

/** With all that is reserved escaped, also with `/` as it is, and with escapes in small letters. */
function otherUrls(inQuery: string, inUrl: string): string[] {
  const strict = inUrl.replace(/[!'()*]/g, (char) => `%${hexOf(char)}`);
  const upper = [inQuery, inUrl, strict, strict.replaceAll("%2F", "/")];
  const lower = upper.map((text) => text.replace(/%[0-9A-F]{2}/g, (one) => one.toLowerCase()));
  return [...upper, ...lower];
}

function unit(char: string): string {
  return `\\u${hexOf(char).toLowerCase().padStart(4, "0")}`;
}

function upperUnit(char: string): string {
  return `\\u${hexOf(char).padStart(4, "0")}`;
}

function hexOf(char: string): string {
  return char.charCodeAt(0).toString(16).toUpperCase();
}
