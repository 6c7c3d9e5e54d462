// A second process on the store at the given path: it counts requests against a limit in
// one minute, some at once, and prints how many were let in.
import { openStore } from "../../../core/kv/open_store.ts";
import { QuotaStore } from "../../../core/limits/quota_store.ts";
import { Quotas } from "../../../core/limits/quotas.ts";

const [path, scope, limit, tries, startMs] = Deno.args;
const store = await openStore(path);
const quotas = new Quotas(new QuotaStore(store.kv), () => new Date(Number(startMs)));

let letIn = 0;
const lane = async () => {
  for (let at = 0; at < Number(tries) / 8; at++) {
    if (await quotas.take(scope, Number(limit))) letIn++;
  }
};
await Promise.all(Array.from({ length: 8 }, lane));
console.log(`let in ${letIn}`);
store.close();
