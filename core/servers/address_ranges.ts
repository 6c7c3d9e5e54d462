import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** All that is handed out to the public internet in IPv6. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/** Where clouds answer their own machines at an address that looks public. */
const CLOUD_SERVICES: readonly string[] = ["168.63.129.16"];

/** Names that mean this machine, or a network of its own. */
const PRIVATE_NAME =
  /^(localhost|.*\.(localhost|local|internal|intranet|lan|home\.arpa|in-addr\.arpa|ip6\.arpa))$/;

/**
 * Whether an address belongs to the public internet.
 *
 * Everything with a purpose of its own is not: private, loopback, link-local
 * (with the clouds' metadata), shared (CGNAT), multicast, reserved, and IPv6
 * forms that carry an IPv4 address.
 */
export function isPublicAddress(address: string): boolean {
  // Neither octal nor short forms, nor zones: readers differ in what they take those for.
  if (isIP(address) === 0 || CLOUD_SERVICES.includes(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST);
}

/** The address that a URL's host name spells out, or `null` for a DNS name. */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return ipaddr.isValid(bare) ? bare : null;
}

/** Whether a DNS name can be public: it has a dot, and no private ending. */
export function isPublicName(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, "");
  return name.includes(".") && !PRIVATE_NAME.test(name);
}
