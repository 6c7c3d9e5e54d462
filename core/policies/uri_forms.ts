/** How often escapes are taken off: `%2573` is an `s` to who does it twice. */
const MAX_DECODINGS = 3;

/**
 * The ways in which a server may read a URI: as it is, without `..` and escapes, and with
 * its scheme and host in small letters.
 *
 * A rule that must not be got past is asked about each of them.
 */
export function uriForms(uri: string): readonly string[] {
  const forms = new Set([uri]);
  for (const form of [uri, normalised(uri)]) {
    let decoded = form;
    for (let times = 0; times < MAX_DECODINGS; times++) decoded = decodedOnce(decoded);
    forms.add(decoded).add(dotless(decoded));
    if (hasDots(decoded)) forms.add(flat(decoded));
  }
  return [...forms];
}

/** The same, and what is left of them to a server that passes over queries and empty steps. */
export function looseUriForms(uri: string): readonly string[] {
  const forms = uriForms(uri).flatMap((form) => [form, withoutQuery(form)]);
  return [...new Set(forms.flatMap((form) => [form, flat(form), ...withOtherSlashes(flat(form))]))];
}

/** A URI without its query and its fragment. */
export function withoutQuery(uri: string): string {
  return uri.replace(/[?#].*$/s, "");
}

function normalised(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).href : uri;
}

/** The same after escaped dots have become dots. */
function dotless(uri: string): string {
  return /\/\.{1,2}(\/|$)/.test(uri) && URL.canParse(uri) ? decodedOnce(new URL(uri).href) : uri;
}

function hasDots(uri: string): boolean {
  return /[:/\\]\.{1,2}([/\\?#]|$)/.test(uri);
}

/**
 * A URI as a path: to a server that takes all after the scheme for one, the host is a folder
 * that `..` leaves, and `//` is `/`.
 */
function flat(uri: string): string {
  const match = /^([a-z][a-z0-9+.-]*:[/\\]*)([^?#]*)(.*)$/is.exec(uri);
  if (match === null) return uri;
  const [, scheme, path, query] = match;
  const steps: string[] = [];
  for (const step of path.split(/[/\\]+/)) {
    if (step === "..") steps.pop();
    else if (step !== ".") steps.push(step);
  }
  return `${scheme}${steps.join("/")}${query}`;
}

/** `file:////a` is what `file:///a` is, and `memo:/a` may be what `memo:///a` is. */
function withOtherSlashes(uri: string): string[] {
  const match = /^([a-z][a-z0-9+.-]*:)[/\\]+(.*)$/is.exec(uri);
  if (match === null) return [];
  return ["/", "//", "///"].map((slashes) => `${match[1]}${slashes}${match[2]}`);
}

function decodedOnce(text: string): string {
  if (!text.includes("%")) return text;
  return text.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
