import { CallBellStore } from "../calls/call_bell_store.ts";
import { CallFeed } from "../calls/call_feed.ts";
import { PlacedCalls } from "../calls/placed_calls.ts";
import { DEFAULT_RETENTION_DAYS } from "../calls/retention.ts";
import type { WorkspaceId } from "../ids.ts";
import type { LeaseStore } from "../kv/lease_store.ts";
import { WakeQueue } from "../kv/wake_queue.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { RememberedTallies } from "./remembered_tallies.ts";
import { BlockBuilder } from "./block_builder.ts";
import { BlockStore } from "./block_store.ts";
import { RollLag } from "./roll_lag.ts";
import { Roller } from "./roller.ts";
import { RollupStore } from "./rollup_store.ts";
import { RollupTallies } from "./rollup_tallies.ts";
import { Rolling } from "./rolling.ts";

/** What the rollups are given by the outside. */
export interface RollupInputs {
  kv: ConstructorParameters<typeof CallFeed>[0];
  workspaces: WorkspaceStore;
  leases: LeaseStore;
  now: () => Date;
  log: (line: string) => void;
}

/** Builds what adds the log up, what wakes it, and what reports read. */
export function createRollups({ kv, workspaces, leases, now, log }: RollupInputs) {
  const retentionDaysOf = async (id: WorkspaceId) => {
    return (await workspaces.get(id))?.retentionDays ?? DEFAULT_RETENTION_DAYS;
  };
  const feed = new CallFeed(kv);
  const packs = new PlacedCalls(feed);
  const stores = {
    packs,
    rollups: new RollupStore(kv, { now }),
    blocks: new BlockStore(kv, { now }),
  };
  const roller = new Roller({ ...stores, retentionDaysOf, now });
  const builder = new BlockBuilder({ ...stores, now });
  const rolling = new Rolling({ roller, builder, workspaces, leases, log });
  const queue = new WakeQueue({
    kv,
    name: "rollups",
    onWake: (about) => rolling.wake(about),
    log,
  });
  const onUnrolled = (id: WorkspaceId) => rolling.wake([id]);
  const bells = new CallBellStore(kv);
  const tallies = new RememberedTallies({
    ...stores,
    tallies: new RollupTallies({ ...stores, now, onUnrolled }),
    bells,
    now,
    onUnrolled,
  });

  return {
    ...stores,
    roller,
    builder,
    rolling,
    leases,
    tallies,
    bells,
    rollLag: new RollLag({ ...stores, bells, feed, workspaces, now }),
    /** Tells that calls of these workspaces are on the record. */
    recorded: (ids: Iterable<WorkspaceId>) => queue.send(ids),
    /** Does what is due and nobody woke. */
    minutely: { wake: () => rolling.wakeForAll(), settled: () => rolling.settled() },
    /** Ends what runs; what is left undone, the next one does. */
    async close(): Promise<void> {
      await queue.close();
      await rolling.close();
    },
    /** Resolves when nothing listens any more, after the store was closed. */
    ended: () => queue.ended(),
  };
}

/** What adds the log up, and what may be asked of it. */
export type RollupServices = ReturnType<typeof createRollups>;
