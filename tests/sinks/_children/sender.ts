import { EventStore } from "../../../core/events/event_store.ts";
import { openStore } from "../../../core/kv/open_store.ts";
import { AddressRules } from "../../../core/servers/address_rules.ts";
import { createSinks } from "../../../core/sinks/create_sinks.ts";
import { coreOn } from "../../_support/core.ts";

/** Sends what a store holds until it is killed: the store's file, and how far its clock is ahead. */
const [path, aheadMs] = Deno.args;

const store = await openStore(path);
const core = coreOn({ ...store, [Symbol.dispose]: () => store.close() });
const { sinkSender } = createSinks({
  ...core,
  events: new EventStore(store.kv, core.now),
  addresses: new AddressRules({ allowPrivate: true }),
  fetch,
  instanceId: crypto.randomUUID(),
  now: () => new Date(core.now().getTime() + Number(aheadMs)),
  log: (line) => console.log(line),
});

setInterval(() => sinkSender.wakeAll(), 10);
console.log("sending");
