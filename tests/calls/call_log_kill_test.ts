import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { CallQueries } from "../../core/calls/call_queries.ts";
import type { WorkspaceId } from "../../core/ids.ts";
import { startProcess } from "../_support/child_process.ts";
import { eventually } from "../_support/eventually.ts";
import { tempStore } from "../_support/temp_store.ts";
import { kept, workspaceIds } from "./_support.ts";

const SCRIPT = fileURLToPath(import.meta.resolve("./_children/record_calls.ts"));
const ROUNDS = 5;

Deno.test("CallLog.record() loses no call that it resolved for when the process is killed", async () => {
  using temp = await tempStore();
  const workspaces = workspaceIds(3);
  const printed: string[] = [];

  for (let round = 1; round <= ROUNDS; round++) {
    const args = ["run", "-A", SCRIPT, temp.path, workspaces.join(","), `${round}`];
    await using child = await startProcess({ args, ready: /^ready$/ });
    await eventually("calls on the record", () => child.lines.length > 200 * round);
    await child.end("SIGKILL");
    printed.push(...recordedIn(child.lines));
  }

  const stored = await storedTools(
    new CallQueries(temp.store.kv, () => new Date("2026-11-22T12:00:00Z")),
    workspaces,
  );
  assert.ok(printed.length > 200 * ROUNDS, `only ${printed.length} calls were recorded`);
  assert.deepEqual(printed.filter((tool) => !stored.has(tool)), []);
});

/** The names in whole lines; the last line may have been cut by the kill. */
function recordedIn(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /^recorded (\d+\.\d+\.\d+)$/.exec(line)?.[1] ?? []).slice(0, -1);
}

async function storedTools(
  queries: CallQueries,
  workspaces: readonly WorkspaceId[],
): Promise<Set<string>> {
  const tools = new Set<string>();

  for (const workspace of workspaces) {
    const page = await queries.list(kept(workspace), { limit: Infinity, cursor: null });
    for (const call of page.items) tools.add(call.tool);
  }

  return tools;
}
