import assert from "node:assert/strict";
import { readBoard } from "../../core/analytics/read_board.ts";
import { readTokenUse } from "../../core/overview/read_token_use.ts";
import { viewWorkspace } from "../../core/workspaces/view_workspace.ts";
import { reportWorld } from "./_report_world.ts";
import { rememberedOn, rollupsOn } from "./_support.ts";

const HOUR_MS = 60 * 60 * 1000;
const WHOLE = { limit: Infinity, cursor: null };

/** The store, counting the entries of the log that are read from it. */
function countingLog(kv: Deno.Kv) {
  const reads = { ofLog: 0 };
  const counting = new Proxy(kv, {
    get(target, name) {
      if (name === "list") {
        return async function* (...args: Parameters<Deno.Kv["list"]>) {
          for await (const entry of target.list(...args)) {
            if (entry.key[0] === "calls") reads.ofLog++;
            yield entry;
          }
        };
      }
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { kv: counting, reads };
}

Deno.test("the dashboard's numbers are of the rollups: of the log nothing is read but what is new", async () => {
  using world = await reportWorld();
  const { core, workspace } = world;
  const { roller, builder } = rollupsOn(core.kv, { now: core.now });
  const at = (hours: number) => new Date(core.now().getTime() - hours * HOUR_MS).toISOString();
  for (let hour = 24 * 20; hour > 0; hour -= 3) await world.record([{ at: at(hour) }]);
  await roller.rollAll(workspace.id);
  await builder.buildDue();
  await world.record([{ at: at(0) }]);

  const { kv, reads } = countingLog(core.kv);
  const tallies = rememberedOn(kv, { now: core.now });
  const deps = { ...core, tallies };
  const readAgain = () => readBoard(deps, { slug: "engineering" }, { period: "30d" }, WHOLE);
  const views = [await viewWorkspace(core, workspace)];
  const use = await readTokenUse({ tallies, now: core.now }, views);
  const ofOverview = reads.ofLog;
  const board = await readAgain();
  const ofBoard = reads.ofLog;
  await readAgain();
  const ofSameBoard = reads.ofLog;
  await world.record([{ at: at(0) }]);
  const later = await readAgain();

  assert.equal(use.get(workspace.id)?.calls, 161);
  assert.equal(board.report.total.calls, 161);
  assert.equal(board.timeline.items.reduce((sum, { calls }) => sum + calls, 0), 161);
  assert.equal(later.report.total.calls, 162);
  // The one commit after the mark, for each reading: by all, by member (which the use of tokens
  // has read), by tool and server, by day, and of the period before. When nothing was recorded
  // since, none; and then the new commit alone.
  assert.deepEqual([ofOverview, ofBoard, ofSameBoard, reads.ofLog], [1, 5, 5, 10]);
});
