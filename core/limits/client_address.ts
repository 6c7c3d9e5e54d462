import ipaddr from "ipaddr.js";

/**
 * The address that a request came from, as far as it can be known.
 *
 * Only the last `trustedProxies` entries of `X-Forwarded-For` were written by proxies of
 * ours; the first of those is who spoke to them. Whatever is no address there, or is not
 * there at all, leaves the address of the connection.
 */
export function clientAddress(
  connection: string | null,
  forwardedFor: string | null,
  trustedProxies: number,
): string | null {
  if (trustedProxies === 0 || forwardedFor === null) return connection;
  const named = withoutPort(forwardedFor.split(",").at(-trustedProxies)?.trim() ?? "");
  return parse(named) === null ? connection : named;
}

/**
 * What stands for a client in a count: its IPv4 address, or the /64 of its IPv6 address,
 * which is one customer's; one name for all whose address is not known.
 */
export function addressKey(address: string | null): string {
  const parsed = address === null ? null : parse(address);
  if (parsed === null) return "unknown";
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  return `${parsed.parts.slice(0, 4).map((part) => part.toString(16)).join(":")}::/64`;
}

/** The forms without four decimal parts, such as `1` and `0x7f.1`, are no addresses here. */
function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : null;
}

/** Some proxies write `1.2.3.4:567` or `[2001:db8::1]:567`. */
function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text);
  if (bracketed !== null) return bracketed[1];
  return /^[\d.]+:\d{1,5}$/.test(text) ? text.slice(0, text.indexOf(":")) : text;
}
