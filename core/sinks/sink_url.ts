import type { AddressRules } from "../servers/address_rules.ts";
import type { SinkKind } from "./sink.ts";

/** Where a receiver of OTLP takes logs, unless it says otherwise. */
const OTLP_PATH = "/v1/logs";

/**
 * The address of a sink, as far as the rules for servers allow it; one of OTLP without a path
 * gets the usual one. Throws `invalid_input`.
 */
export async function sinkUrl(
  addresses: AddressRules,
  kind: SinkKind,
  text: string,
): Promise<string> {
  const url = addresses.parse(text);
  if (kind === "otlp" && url.pathname === "/") url.pathname = OTLP_PATH;
  await addresses.check(url);
  return url.href;
}
