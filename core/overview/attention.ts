import type { LeakEvent } from "../events/event.ts";
import type { KeyCheck } from "../secrets/key_check.ts";
import { isBeingRetired, maySeal } from "../secrets/key_check.ts";
import type { ServerRow } from "../servers/server_row.ts";

/** Something that an admin should look at, and the page where it is solved. */
export interface Attention {
  /** Tells it apart from the others, also later. */
  id: string;
  /** Whether something is broken or refused now, or only will be. */
  kind: "bad" | "warn";
  sentence: string;
  /** What there is to do. */
  action: string;
  path: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** A leak is shown for so long: what it means for the secret has to be decided soon. */
const LEAK_SHOWN_MS = 7 * DAY_MS;

/** A workspace without servers or tokens is somebody's next step for so long. */
const NEW_MS = 7 * DAY_MS;

/** What is known of a workspace. */
export interface WorkspaceFacts {
  slug: string;
  createdAt: string;
  isDisabled: boolean;
  servers: number;
  activeTokens: number;
  /** Tokens that expire soon. */
  expiring: number;
}

/** Servers that nobody can call since the gateway blocked them. */
export function ofBlockedServers(servers: readonly ServerRow[]): Attention[] {
  return servers.filter(({ disabled }) => disabled?.reason === "leak").map(({ slug, name }) => ({
    id: `blocked ${slug}`,
    kind: "bad",
    sentence: `${name} is blocked: it sent back a secret.`,
    action: "Look into it, then enable it again",
    path: `/servers/${slug}/settings`,
  }));
}

/** Servers that are not called for a while since they failed often in a row. */
export function ofOpenBreakers(servers: readonly ServerRow[]): Attention[] {
  return servers.flatMap(({ slug, name, disabled, health: { breaker } }) => {
    if (breaker === null || disabled !== null) return [];
    return [{
      id: `breaker ${slug}`,
      kind: "bad" as const,
      sentence: `${name} failed ${breaker.failures} times in a row and is not called for now.`,
      action: "See its calls",
      path: `/calls?server=${slug}&outcome=upstream_failure`,
    }];
  });
}

/** Servers whose tools or prompts are not defined as an admin approved them. */
export function ofChangedDefinitions(servers: readonly ServerRow[]): Attention[] {
  return servers.filter(({ changesWaiting }) => changesWaiting > 0)
    .map(({ slug, name, changesWaiting }) => ({
      id: `definitions ${slug}`,
      kind: "warn",
      sentence: `${name} has ${
        counted(changesWaiting, "definition")
      } that nobody has approved: changed ones are held back.`,
      action: "Compare and approve",
      path: `/servers/${slug}`,
    }));
}

/** Servers that sent back a secret lately, the latest first; those that are blocked say it. */
export function ofLeaks(
  leaks: readonly LeakEvent[],
  servers: readonly ServerRow[],
  now: Date,
): Attention[] {
  const blocked = new Set(
    servers.filter(({ disabled }) => disabled?.reason === "leak").map(({ slug }) => slug),
  );
  const since = new Date(now.getTime() - LEAK_SHOWN_MS).toISOString();
  const recent = leaks.filter(({ at, server }) => at >= since && !blocked.has(server));
  return [...Map.groupBy(recent, ({ server }) => server)].map(([server, events]) => ({
    id: `leak ${server}`,
    kind: "bad",
    sentence: `${server} sent back the secret ${
      [...new Set(events.map(({ secret }) => secret))].join(", ")
    }, which was taken out of its answers.`,
    action: "See when, and replace the secret",
    path: `/events?kind=leak&server=${server}`,
  }));
}

/** Webhooks with deliveries that were given up. */
export function ofDeadDeliveries(
  webhooks: readonly { id: string; name: string; dead: number }[],
): Attention[] {
  return webhooks.filter(({ dead }) => dead > 0).map(({ id, name, dead }) => ({
    id: `webhook ${id}`,
    kind: "bad",
    sentence: `${deliveries(dead)} of the webhook ${name} ${dead === 1 ? "was" : "were"} given up.`,
    action: "See why, and send them again",
    path: `/settings/webhooks/${id}?state=dead`,
  }));
}

/** Sinks that do not take what is sent to them. */
export function ofFailingSinks(
  sinks: readonly { id: string; name: string; failure: { reason: string } | null }[],
): Attention[] {
  return sinks.flatMap(({ id, name, failure }) => {
    if (failure === null) return [];
    return [{
      id: `sink ${id}`,
      kind: "bad" as const,
      sentence: `The sink ${name} does not get the log: ${failure.reason}`,
      action: "See its state",
      path: `/settings/sinks/${id}`,
    }];
  });
}

/** Master keys that still seal or open something beside the first one, or could be taken out. */
export function ofMasterKeys(
  checks: readonly KeyCheck[],
  { primaryId, loaded }: { primaryId: string; loaded: readonly string[] },
): Attention[] {
  return checks.filter(({ keyId }) => keyId !== primaryId).flatMap((check) => {
    const { keyId } = check;
    const base = { id: `key ${keyId}`, kind: "warn" as const, path: "/settings/keys" };
    if (maySeal(check)) {
      return [{
        ...base,
        sentence: `The master key ${keyId} is still in use beside ${primaryId}.`,
        action: "Rotate",
      }];
    }
    if (isBeingRetired(check)) {
      return [{
        ...base,
        sentence: `Secrets are being sealed again that ${keyId} sealed; keep it until then.`,
        action: "See how far that is",
      }];
    }
    if (!loaded.includes(keyId)) return [];
    return [{
      ...base,
      sentence: `Nothing needs the master key ${keyId} any more.`,
      action: "Take it out of AEROSTACK_MASTER_KEYS",
    }];
  });
}

/** Tokens that expire soon, by workspace. */
export function ofExpiringTokens(workspaces: readonly WorkspaceFacts[]): Attention[] {
  return workspaces.filter(({ expiring }) => expiring > 0).map(({ slug, expiring }) => ({
    id: `expiring ${slug}`,
    kind: "warn",
    sentence: `${counted(expiring, "token")} of ${slug} ${
      expiring === 1 ? "expires" : "expire"
    } within 7 days.`,
    action: "See which, and renew them",
    path: `/workspaces/${slug}/tokens?sort=expires`,
  }));
}

/** New workspaces that nobody can use yet. */
export function ofUnusedWorkspaces(workspaces: readonly WorkspaceFacts[], now: Date): Attention[] {
  const since = new Date(now.getTime() - NEW_MS).toISOString();
  return workspaces.filter(({ createdAt, isDisabled }) => createdAt >= since && !isDisabled)
    .flatMap(({ slug, servers, activeTokens }) => {
      if (servers === 0) {
        return [{
          id: `unused ${slug}`,
          kind: "warn" as const,
          sentence: `The new workspace ${slug} has no servers.`,
          action: "Install one",
          path: `/workspaces/${slug}`,
        }];
      }
      if (activeTokens > 0) return [];
      return [{
        id: `unused ${slug}`,
        kind: "warn" as const,
        sentence: `Nobody has a token to the new workspace ${slug}.`,
        action: "Give one to a person",
        path: `/workspaces/${slug}/tokens`,
      }];
    });
}

/** No more than 100 are counted. */
function deliveries(dead: number): string {
  if (dead === 1) return "1 delivery";
  return dead >= 100 ? "100 or more deliveries" : `${dead} deliveries`;
}

function counted(number: number, noun: string): string {
  return `${number} ${number === 1 ? noun : `${noun}s`}`;
}
