/** A URL that something is sent to, as lists and the audit log show it: what is in its query may be a secret. */
export function shownUrl(text: string): string {
  const url = new URL(text);
  return url.search === "" ? text : `${url.origin}${url.pathname}?…`;
}
