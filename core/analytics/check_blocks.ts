import type { WorkspaceId } from "../ids.ts";
import { TABLES } from "./block.ts";
import type { PlacedBlock } from "./block_store.ts";
import type { RecountReport } from "./recount.ts";
import type { RecountDeps, RecountPlan } from "./recounting.ts";
import { sameBlock } from "./same_sums.ts";
import { type Level, LEVELS } from "./spans.ts";

/**
 * Adds up the hours of every block again, and compares. With `repair`, what differs is no longer
 * read from then on, and built anew.
 */
export async function checkBlocks(
  workspaceId: WorkspaceId,
  deps: RecountDeps,
  { repair, goOn }: RecountPlan,
): Promise<RecountReport["blocks"]> {
  const counts = { equal: 0, different: 0, repaired: 0, older: 0 };
  for (const level of LEVELS) {
    for await (const placed of deps.blocks.all(workspaceId, level)) {
      await goOn();
      const verdict = await check(workspaceId, deps, level, placed);
      if (verdict === null) continue;
      counts[verdict]++;
      await deps.after?.("block compared");
      if (verdict !== "different" || !repair) continue;
      const block = { workspaceId, level, startMs: placed.startMs };
      await deps.blocks.outdate(block, Date.parse(placed.head.hoursUntil) - deps.now().getTime());
      counts.repaired++;
    }
  }
  if (counts.repaired > 0) await deps.builder.buildDue();
  return counts;
}

/** `null` for a block that was outdated meanwhile, and so is nobody's any more. */
async function check(
  workspaceId: WorkspaceId,
  deps: RecountDeps,
  level: Level,
  { startMs, head, entry }: PlacedBlock,
): Promise<"equal" | "different" | "older" | null> {
  if (Date.parse(head.hoursUntil) <= deps.now().getTime()) return "older";
  const block = { workspaceId, level, startMs };
  const pieces = await deps.blocks.pieces(block, head, TABLES);
  const built = await deps.builder.addUp(block, head.generation);
  const isSame = pieces !== null && built !== null && sameBlock({ head, pieces }, built);

  const after = await deps.blocks.find(block);
  if (after?.entry.versionstamp !== entry.versionstamp) return null;
  return isSame ? "equal" : "different";
}
