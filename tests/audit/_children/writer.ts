// A process that makes many tokens and workspaces at once in the store at the given path.
import { openStore } from "../../../core/kv/open_store.ts";
import { createToken } from "../../../core/tokens/create_token.ts";
import { createWorkspace } from "../../../core/workspaces/create_workspace.ts";
import { AN_ADMIN, coreOn } from "../../_support/core.ts";

const [path, name, count] = Deno.args;
const store = await openStore(path);
using core = coreOn({ ...store, [Symbol.dispose]: () => store.close() });

const changes = Array.from({ length: Number(count) }, (_, at) => {
  // Half of them share a record, the other half nothing but the audit log.
  return at % 2 === 0
    ? createToken(core, AN_ADMIN, "engineering", { name: `${name}${at}` })
    : createWorkspace(core, AN_ADMIN, { slug: `${name}${at}` });
});
await Promise.all<unknown>(changes);
