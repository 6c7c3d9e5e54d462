/**
 * What every page is sent with.
 *
 * With `no-referrer`, browsers would send forms with `Origin: null`, and forms of
 * this site could not be told from others' where `Sec-Fetch-Site` is missing.
 */
export const PAGE_HEADERS: Record<string, string> = {
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** The policy of a page that runs nothing. */
export const STILL_PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'";
