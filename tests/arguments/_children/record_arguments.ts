// Records calls with their arguments into the store at the given path until it is killed,
// several at a time, and prints a line for each that is on the record.
import { ArgumentSeal } from "../../../core/arguments/argument_seal.ts";
import { CallLog } from "../../../core/calls/call_log.ts";
import { WorkspaceId } from "../../../core/ids.ts";
import { someCall } from "../../calls/_support.ts";

const [path, workspace, round] = Deno.args;
const id = WorkspaceId.parse(workspace);
const kv = await Deno.openKv(path);
const log = new CallLog(kv);
const seal = new ArgumentSeal({ id: "ark_1", workspaceId: id }, new Uint8Array(32).fill(7));
const encoder = new TextEncoder();

console.log("ready");

await Promise.all(Array.from({ length: 16 }, async (_, lane) => {
  for (let count = 0;; count++) {
    const tool = `${round}.${lane}.${count}`;
    const json = encoder.encode(JSON.stringify({ tool, text: "x".repeat(lane * 500) }));
    await log.record({ id, retentionDays: 90 }, someCall({ tool }), { seal, json });
    Deno.stdout.writeSync(encoder.encode(`recorded ${tool}\n`));
  }
}));
