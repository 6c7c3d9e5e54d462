import { MAX_ARGUMENT_PARTS } from "../arguments/argument_pack.ts";
import type { WorkspaceId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { parseRecord } from "../kv/records.ts";
import { CallPack } from "./call_pack.ts";

/** How many packs one commit deletes; each with the arguments that it may have. */
const PACKS_A_COMMIT = 100;

/** Which packs go: those before both of these. */
export interface TrimPlan {
  /** The earliest end that stays; ISO 8601, UTC. */
  start: string;
  /** The versionstamp that stays, and everything after it. */
  before: string;
}

/** Deletes packs of calls that nobody may see any more. */
export class CallTrimStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** Whether a workspace's log begins before a time. */
  async isOlder(id: WorkspaceId, start: string): Promise<boolean> {
    const selector = { prefix: prefixes.calls(id) };
    for await (const entry of this.#kv.list(selector, { limit: 1 })) {
      return parseRecord(CallPack, entry).endedAt < start;
    }
    return false;
  }

  /** Deletes some from the front; says whether there may be more. */
  async dropOlder(id: WorkspaceId, { start, before }: TrimPlan): Promise<boolean> {
    const selector = { prefix: prefixes.calls(id), end: keys.calls(id, before) };
    const old: string[] = [];
    for await (const entry of this.#kv.list(selector, { limit: PACKS_A_COMMIT })) {
      if (parseRecord(CallPack, entry).endedAt >= start) break;
      old.push(String(entry.key.at(-1)));
    }
    if (old.length === 0) return false;

    await commitWithRetry("let old calls go", () => {
      const atomic = this.#kv.atomic();
      for (const versionstamp of old) {
        atomic.delete(keys.calls(id, versionstamp));
        for (let part = 0; part < MAX_ARGUMENT_PARTS; part++) {
          atomic.delete(keys.callArguments(id, part, versionstamp));
        }
      }
      return Promise.resolve({ atomic, result: null });
    });
    return old.length === PACKS_A_COMMIT;
  }
}
