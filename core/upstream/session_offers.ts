import { CHANGEABLE, WISHES } from "../mcp/list_changes.ts";
import { isObject, type JsonObject } from "../mcp/message.ts";
import type { ListenFilter } from "./attend.ts";

/** Whether a server declares a capability, or a part of it. */
export function declares(capabilities: JsonObject, capability: string, part?: string): boolean {
  const declared = capabilities[capability];
  return isObject(declared) && (part === undefined || declared[part] === true);
}

/** What a legacy server will tell of what is wanted, subscribing to what must be. */
export async function acknowledge(
  capabilities: JsonObject,
  filter: ListenFilter,
  subscribe: (uri: string) => Promise<boolean>,
): Promise<ListenFilter> {
  const offer: ListenFilter = {};
  for (const list of CHANGEABLE) {
    const wish = WISHES[list];
    if (filter[wish] === true && declares(capabilities, list, "listChanged")) offer[wish] = true;
  }

  const wanted = declares(capabilities, "resources", "subscribe")
    ? [...new Set(filter.resourceSubscriptions ?? [])]
    : [];
  const granted = await Promise.all(wanted.map(subscribe));
  const uris = wanted.filter((_uri, index) => granted[index]);
  return uris.length === 0 ? offer : { ...offer, resourceSubscriptions: uris };
}
