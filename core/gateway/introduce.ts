import { afterAbout } from "../coarse_timer.ts";
import type { JsonObject } from "../mcp/message.ts";
import { aggregateCapabilities, relayedCapabilities } from "../mcp/server_capabilities.ts";
import { ALL_VERSIONS } from "../mcp/versions.ts";
import { disabledError } from "../servers/disabling.ts";
import type { Connector } from "../upstream/connector.ts";
import type { ServerGreeting } from "../upstream/upstream.ts";
import { VERSION } from "../version.ts";
import { memberTarget } from "./authority.ts";
import type { Incoming, View } from "./incoming.ts";
import { rulesOf } from "./visibility.ts";

/** What an endpoint says of itself. */
export interface Introduction {
  serverInfo: JsonObject;
  capabilities: JsonObject;
  instructions: string | null;
}

/** Discovery may be kept for a minute. */
const DISCOVER_TTL_MS = 60_000;

/** A server that has not been met yet holds up a workspace's introduction no longer. */
const MEETING_MS = 1_500;

/** The result of `initialize` (2025-11-25, Lifecycle). */
export function initializeResult(
  incoming: Incoming,
  { capabilities, serverInfo, instructions }: Introduction,
): JsonObject {
  const { protocolVersion } = incoming.caller.client;
  const result = { protocolVersion, capabilities, serverInfo };
  return instructions === null ? result : { ...result, instructions };
}

/** The result of `server/discover` (2026-07-28, Discovery). */
export function discoverResult({ capabilities, instructions }: Introduction): JsonObject {
  const result = {
    supportedVersions: ALL_VERSIONS,
    capabilities,
    ttlMs: DISCOVER_TTL_MS,
    cacheScope: "private",
  };
  return instructions === null ? result : { ...result, instructions };
}

/**
 * What an endpoint offers: of one server what that says itself, of a workspace what the
 * gateway carries for all of its servers. Throws `upstream_failed` and `upstream_timeout`
 * when the one server cannot be met, `server_disabled` and `secret_missing`.
 */
export async function introduce(
  connector: Connector,
  incoming: Incoming,
  view: View,
): Promise<Introduction> {
  const { server: slug } = incoming.scope;
  const disabled = slug === null ? undefined : view.disabled.get(slug);
  if (disabled !== undefined) throw disabledError(disabled);
  const server = slug === null ? undefined : view.servers.get(slug);
  if (server === undefined) return await introduceAll(connector, incoming, view);

  const target = await memberTarget(incoming.access, server);
  const greeting = await connector.profile(target, incoming.caller, incoming.signal);
  return {
    serverInfo: { ...serverInfo(incoming), ...greeting.serverInfo },
    capabilities: relayedCapabilities(incoming.caller.era, greeting.capabilities, greeting.route),
    // They may name what is not shown, and nobody has looked at them.
    instructions: rulesOf(incoming.access, server.slug) === null ? greeting.instructions : null,
  };
}

async function introduceAll(
  connector: Connector,
  incoming: Incoming,
  view: View,
): Promise<Introduction> {
  const met = await Promise.all(
    [...view.servers.values()].map(async (server) => {
      const target = await memberTarget(incoming.access, server);
      const greeting = connector.profile(target, incoming.caller, incoming.signal);
      return await withinMeeting(greeting);
    }).map((meeting) => meeting.catch(() => null)),
  );
  const greetings = met.filter((greeting) => greeting !== null);
  return {
    serverInfo: serverInfo(incoming),
    capabilities: aggregateCapabilities(incoming.caller.era, greetings),
    instructions: instructionsFor(view),
  };
}

function withinMeeting(greeting: Promise<ServerGreeting>): Promise<ServerGreeting | null> {
  const late = Promise.withResolvers<null>();
  const timer = afterAbout(MEETING_MS, () => late.resolve(null));
  return Promise.race([greeting, late.promise]).finally(() => timer[Symbol.dispose]());
}

/** Who answers, for a workspace's endpoint and in every modern result. */
export function serverInfo({ access: { snapshot: { workspace } } }: Incoming): JsonObject {
  return { name: "aerostack-gateway", title: `Aerostack: ${workspace.name}`, version: VERSION };
}

function instructionsFor({ servers }: View): string {
  if (servers.size === 0) return "No server is installed in this workspace yet.";
  const list = [...servers.values()].map(({ slug, name }) => `${slug}__ (${name})`).join(", ");
  return `The tools and prompts of several servers, each under its server's prefix: ${list}`;
}
