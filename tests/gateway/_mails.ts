import { InstanceMail } from "../../core/gateway/instance_mail.ts";
import { Mailboxes } from "../../core/kv/mailboxes.ts";
import { openStore } from "../../core/kv/open_store.ts";
import { SharedReads } from "../../core/kv/shared_reads.ts";
import { Signals } from "../../core/kv/signals.ts";
import { pause } from "../_support/eventually.ts";

/** The mail of as many processes on one store. */
export function processes(...names: string[]) {
  return processesWith({ sendingMs: 0 }, ...names);
}

/** The same, where every letter takes so long until it is in the store. */
export async function processesWith({ sendingMs }: { sendingMs: number }, ...names: string[]) {
  const store = await openStore(":memory:");
  const signals = new Signals(store, new SharedReads(store.epochKv));
  const log: string[] = [];
  const all = names.map((instanceId) => {
    const mailboxes = new SlowMailboxes(sendingMs, store, signals, {
      instanceId,
      now: () => new Date(),
    });
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

class SlowMailboxes extends Mailboxes {
  readonly #sendingMs: number;

  constructor(sendingMs: number, ...parts: ConstructorParameters<typeof Mailboxes>) {
    super(...parts);
    this.#sendingMs = sendingMs;
  }

  override async send(address: string, body: string): Promise<void> {
    if (this.#sendingMs > 0) await pause(this.#sendingMs);
    await super.send(address, body);
  }
}
