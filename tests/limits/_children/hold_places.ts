// A second process on the store at the given path: it takes places of a limit and keeps
// them until it is killed.
import { openStore } from "../../../core/kv/open_store.ts";
import { SlotStore } from "../../../core/limits/slot_store.ts";
import { Slots } from "../../../core/limits/slots.ts";

const [path, scope, limit, count] = Deno.args;
const { kv } = await openStore(path);
const now = () => new Date();
const store = new SlotStore(kv, { instanceId: "child", now });
const slots = new Slots(store, { now, log: console.error });

for (let taken = 0; taken < Number(count); taken++) await slots.take(scope, Number(limit));
console.log("ready");
