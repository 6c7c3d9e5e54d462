/**
 * How long a `Retry-After` asks to wait, in milliseconds: seconds, or a date of HTTP
 * (RFC 9110, 10.2.3). `null` when there is none, or none that can be read; never negative.
 */
export function retryAfterMs(headers: Headers, now: Date): number | null {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^[0-9]{1,9}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Za-z]{3,9},? /.test(text)) return null;

  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - now.getTime());
}
