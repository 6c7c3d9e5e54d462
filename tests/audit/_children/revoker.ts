// A process that revokes every token of the store at the given path, and says so of each.
import { openStore } from "../../../core/kv/open_store.ts";
import { revokeToken } from "../../../core/tokens/revoke_token.ts";
import { AN_ADMIN, coreOn } from "../../_support/core.ts";

const store = await openStore(Deno.args[0]);
using core = coreOn({ ...store, [Symbol.dispose]: () => store.close() });
const workspace = await core.workspaces.findBySlug("engineering");
if (workspace === null) throw new Error("there is no workspace");

for (const { id, revokedAt } of await core.tokens.listAll(workspace.id)) {
  if (revokedAt !== null) continue;
  await revokeToken(core, AN_ADMIN, "engineering", id);
  console.log(id);
}
