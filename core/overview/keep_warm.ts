import { readRecentBoard } from "../analytics/read_board.ts";
import type { Services } from "../services.ts";
import { readOverview } from "./read_overview.ts";

/** How often it is looked whether what people look at first is ready. */
const EVERY_MS = 10 * 60_000;

/** What the analytics page asks when nobody asked anything else. */
const FIRST_QUESTION = { by: "user" } as const;
const FIRST_ROWS = { limit: 25, cursor: null };

const lookedMs = new WeakMap<Services, number>();

/**
 * Has the overview and the analytics of all workspaces counted while somebody uses the dashboard,
 * so that they are ready when these are opened. Where pages wait for what they ask, and where
 * nobody is signed in, nothing is counted that nobody asked for.
 */
export function keepWarm(services: Services): void {
  const nowMs = services.now().getTime();
  const isDue = nowMs - (lookedMs.get(services) ?? -Infinity) >= EVERY_MS;
  if (services.patienceMs === undefined || !isDue) return;
  lookedMs.set(services, nowMs);
  count(services).catch((error) => services.log(`Cannot count ahead: ${error}`));
}

async function count(services: Services): Promise<void> {
  await readOverview(services);
  const all = await services.workspaces.listAll();
  if (all.length > 0) await readRecentBoard(services, { all }, FIRST_QUESTION, FIRST_ROWS);
}
