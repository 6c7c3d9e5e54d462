import type { LeakEvent } from "../events/event.ts";
import type { Services } from "../services.ts";
import type { ServerRow } from "../servers/server_row.ts";
import {
  type Attention,
  ofBlockedServers,
  ofChangedDefinitions,
  ofDeadDeliveries,
  ofExpiringTokens,
  ofFailingSinks,
  ofLeaks,
  ofMasterKeys,
  ofOpenBreakers,
  ofUnusedWorkspaces,
  type WorkspaceFacts,
} from "./attention.ts";

/** Leaks are looked for among so many of the latest events. */
const EVENTS_LOOKED_AT = 100;

type Deps = Pick<
  Services,
  | "events"
  | "webhooks"
  | "deliveries"
  | "sinks"
  | "sinkProgress"
  | "keyChecks"
  | "keyring"
  | "now"
>;

/** What needs an admin: what is broken first. Reads the same amount however many calls there are. */
export async function readAttention(
  deps: Deps,
  servers: readonly ServerRow[],
  workspaces: readonly WorkspaceFacts[],
): Promise<Attention[]> {
  const now = deps.now();
  const [leaks, webhooks, sinks, checks] = await Promise.all([
    readLeaks(deps),
    readWebhooks(deps),
    readSinks(deps),
    deps.keyChecks.list(),
  ]);
  const { keyring: { primaryId }, keyring } = deps;
  const all = [
    ...ofBlockedServers(servers),
    ...ofOpenBreakers(servers),
    ...ofLeaks(leaks, servers, now),
    ...ofFailingSinks(sinks),
    ...ofDeadDeliveries(webhooks),
    ...ofChangedDefinitions(servers),
    ...ofMasterKeys(checks, { primaryId, loaded: keyring.ids() }),
    ...ofExpiringTokens(workspaces),
    ...ofUnusedWorkspaces(workspaces, now),
  ];
  return [
    ...all.filter(({ kind }) => kind === "bad"),
    ...all.filter(({ kind }) => kind === "warn"),
  ];
}

async function readLeaks({ events }: Deps): Promise<LeakEvent[]> {
  const { items } = await events.list({}, { limit: EVENTS_LOOKED_AT, cursor: null });
  return items.filter((event) => event.kind === "leak");
}

async function readWebhooks({ webhooks, deliveries }: Deps) {
  const all = await webhooks.list();
  return await Promise.all(all.map(async ({ id, name }) => {
    return { id, name, dead: await deliveries.countDead(id) };
  }));
}

async function readSinks({ sinks, sinkProgress }: Deps) {
  const enabled = (await sinks.list()).filter(({ enabled }) => enabled);
  return await Promise.all(enabled.map(async ({ id, name }) => {
    return { id, name, failure: (await sinkProgress.state(id))?.failure ?? null };
  }));
}
