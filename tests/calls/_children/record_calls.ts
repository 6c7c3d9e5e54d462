// Records calls into the store at the given path until it is killed, several at a
// time, and prints the name of each one as soon as it is on the record.
import { CallLog } from "../../../core/calls/call_log.ts";
import { WorkspaceId } from "../../../core/ids.ts";
import { someCall } from "../_support.ts";

const [path, workspaces, round] = Deno.args;
const ids = workspaces.split(",").map((id) => WorkspaceId.parse(id));
const kv = await Deno.openKv(path);
const log = new CallLog(kv);
const encoder = new TextEncoder();

console.log("ready");

await Promise.all(Array.from({ length: 16 }, async (_, lane) => {
  for (let count = 0;; count++) {
    const tool = `${round}.${lane}.${count}`;
    const workspace = { id: ids[count % ids.length], retentionDays: 90 };
    await log.record(workspace, someCall({ tool }));
    Deno.stdout.writeSync(encoder.encode(`recorded ${tool}\n`));
  }
}));
