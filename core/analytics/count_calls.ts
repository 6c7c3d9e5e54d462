import type { WorkspaceId } from "../ids.ts";
import { callsIn } from "./tally.ts";
import type { TallySource } from "./tally_source.ts";

/** How many calls of a workspace arrived from one time on and before another. */
export async function countCalls(
  { tallies }: { tallies: TallySource },
  workspace: WorkspaceId,
  { from, to }: { from: Date; to: Date },
): Promise<number> {
  const query = { from, to, detail: "total", grain: "whole" } as const;
  let sum = 0;
  for await (const tally of tallies.tallies(workspace, query)) sum += callsIn(tally).calls;
  return sum;
}
