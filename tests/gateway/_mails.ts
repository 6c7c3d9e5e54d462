import { InstanceMail } from "../../core/gateway/instance_mail.ts";
import { Mailboxes } from "../../core/kv/mailboxes.ts";
import { openStore } from "../../core/kv/open_store.ts";
import { SharedReads } from "../../core/kv/shared_reads.ts";
import { Signals } from "../../core/kv/signals.ts";

/** The mail of as many processes on one store. */
export async function processes(...names: string[]) {
  const store = await openStore(":memory:");
  const signals = new Signals(store, new SharedReads(store.epochKv));
  const log: string[] = [];
  const all = names.map((instanceId) => {
    const mailboxes = new Mailboxes(store, signals, { instanceId, now: () => new Date() });
    const mail = new InstanceMail(mailboxes, instanceId, (line) => void log.push(line));
    return { mailboxes, mail };
  });
  return {
    log,
    mails: all.map(({ mail }) => mail),
    post: (address: string, text: string) => all[0].mailboxes.send(address, text),
    async [Symbol.asyncDispose]() {
      for (const { mail, mailboxes } of all) {
        mail.close();
        await mailboxes.close();
      }
      await signals.close();
      store.close();
    },
  };
}
