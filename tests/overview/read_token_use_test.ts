import assert from "node:assert/strict";
import { lastCallOf, readTokenUse } from "../../core/overview/read_token_use.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { viewWorkspace } from "../../core/workspaces/view_workspace.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { FROM_LOG, reportWorld } from "../analytics/_report_world.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

Deno.test("a token was used at its last call of 30 days, else not lately, and never only when it is younger", async () => {
  using world = await reportWorld();
  const { core, workspace } = world;
  const make = (name: string) => createToken(core, AN_ADMIN, "engineering", { name });
  const old = await make("old");
  const used = await make("used");
  core.advance(40 * DAY_MS);
  const young = await make("young");
  const at = (days: number) => new Date(core.now().getTime() - days * DAY_MS).toISOString();
  await world.record([
    { tokenId: old.id, at: at(35) },
    { tokenId: used.id, at: at(3) },
    { tokenId: used.id, at: at(2) },
    { tokenId: used.id, at: at(0) },
  ]);

  const views = [await viewWorkspace(core, workspace)];
  const uses = await readTokenUse({ tallies: FROM_LOG(core), now: core.now }, views);
  const use = uses.get(workspace.id);

  assert.equal(use?.calls, 3);
  assert.deepEqual(lastCallOf(use, used), { at: at(0) });
  assert.equal(lastCallOf(use, old), "not lately");
  assert.equal(lastCallOf(use, young), "never");
  assert.equal(lastCallOf(undefined, young), "not lately");
});
