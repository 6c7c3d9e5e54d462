import { z } from "zod";
import { afterAbout } from "../coarse_timer.ts";
import { ServerId } from "../ids.ts";
import { CHANGEABLE, type Changeable } from "../mcp/list_changes.ts";
import type { InstanceMail } from "./instance_mail.ts";
import type { Log } from "./rpc_reply.ts";

/** Gets which list of which server changed. */
export type OnChangeNews = (serverId: ServerId, list: Changeable) => void;

const News = z.object({ serverId: ServerId, list: z.enum(CHANGEABLE) });

/** Kind of letter: one list of a server has changed. */
const KIND = "list_changed";

interface Due {
  /** The last of what was gathered. */
  counted: Promise<void>;
  timer: Disposable;
}

/** What a server says to many of its sessions is passed on once. */
const GATHER_MS = 50;

/**
 * Passes on between processes what a server said to a session of one of them: the client
 * of that session may listen at another.
 */
export class ChangeNews {
  readonly #mail: InstanceMail;
  readonly #log: Log;
  readonly #due = new Map<string, Due>();

  constructor(mail: InstanceMail, log: Log) {
    this.#mail = mail;
    this.#log = log;
  }

  /** Sets who gets what other processes heard. */
  onNews(handler: OnChangeNews): void {
    this.#mail.on(KIND, (body) => {
      const { data } = News.safeParse(body);
      if (data !== undefined) handler(data.serverId, data.list);
    });
  }

  /** Begins to receive. */
  listen(): void {
    this.#mail.listen();
  }

  /** Tells the other processes soon, and not before `counted` has resolved. */
  spread(serverId: ServerId, list: Changeable, counted: Promise<void>): void {
    const key = `${serverId} ${list}`;
    const due = this.#due.get(key);
    if (due !== undefined) {
      due.counted = counted;
      return;
    }
    const timer = afterAbout(GATHER_MS, () => void this.#tell(key, { serverId, list }));
    this.#due.set(key, { counted, timer });
  }

  /** Tells nobody any more. */
  close(): void {
    for (const { timer } of this.#due.values()) timer[Symbol.dispose]();
    this.#due.clear();
  }

  async #tell(key: string, news: z.infer<typeof News>): Promise<void> {
    const due = this.#due.get(key);
    this.#due.delete(key);
    try {
      await due?.counted;
      await this.#mail.broadcast(KIND, news);
    } catch (error) {
      this.#log(`Cannot pass on a change of lists: ${error}`);
    }
  }
}
