// A second process on the store at the given path. It touches a workspace, sends
// letters, or answers every letter, as its second argument says.
import { newWorkspaceId, WorkspaceId } from "../../../core/ids.ts";
import { touchWorkspaces } from "../../../core/kv/epochs.ts";
import { openStore } from "../../../core/kv/open_store.ts";
import { exchangeOn } from "../_support.ts";

const [path, task, ...rest] = Deno.args;
const store = await openStore(path);
const { mailboxes, signals } = exchangeOn(store);

if (task === "touch") {
  await touchWorkspaces(store.kv.atomic(), [WorkspaceId.parse(rest[0])]).commit();
}

if (task === "send") {
  const [address, count, sizeText] = rest;
  for (let index = 0; index < Number(count); index++) {
    await mailboxes.send(address, JSON.stringify([index, "x".repeat(Number(sizeText))]));
  }
}

if (task === "answer") {
  const [address, answerTo, audience] = rest;
  const onLetter = (body: string) => void mailboxes.send(answerTo, `${address} got ${body}`);
  await mailboxes.receive(address, onLetter, { shared: audience === "shared" }).ready;
}

if (task === "write") {
  const limit = Number(rest[0]);
  for (let count = 0; count < limit; count++) {
    await store.kv.set(["unrelated", newWorkspaceId()], count, { expireIn: 60_000 });
  }
}

console.log(`ready ${task}`);

if (task !== "answer") {
  await mailboxes.close();
  await signals.close();
  store.close();
}
