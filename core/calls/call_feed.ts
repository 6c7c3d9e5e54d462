import { WorkspaceId } from "../ids.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { parseRecord } from "../kv/records.ts";
import type { Call } from "./call.ts";
import { CallPack, unpackCalls } from "./call_pack.ts";
import { behindPack } from "./log_position.ts";

/** How many packs are in memory at once, unless somebody says it. */
const READ_AHEAD = 20;

/** When something was over of which nobody knows it. */
const NEVER = new Date(0).toISOString();

/** The end of the log of one workspace. */
export interface LogEnd {
  workspaceId: WorkspaceId;
  /** The place of its last pack. */
  versionstamp: string;
}

/** Calls that were committed together, and their place in the log. */
export type FedPack = PackDates & ({ calls: Call[] } | DamagedCalls);

interface PackDates {
  versionstamp: string;
  /** When the last of them was over. */
  endedAt: string;
  /** Until when they are kept; `null` where nobody knows. */
  expiresAt: string | null;
}

/** What is stored there cannot be read, which need keep nobody from what follows. */
interface DamagedCalls {
  calls: null;
  damage: unknown;
}

/** How much of the log is read. */
export interface FeedStretch {
  /** The last pack that is read; `null` for the end of the log. */
  upTo?: string | null;
  /** How many packs are in memory at once. */
  readAhead?: number;
}

/** The calls of a pack, for those who cannot do without any. Throws where it is damaged. */
export function callsOf(pack: FedPack): Call[] {
  if (pack.calls === null) throw pack.damage;
  return pack.calls;
}

/** Reads the log forwards, in the order of its commits: the one way to do so. */
export class CallFeed {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** Where the log of each workspace ends that has one, also of workspaces that were removed. */
  async *ends(): AsyncGenerator<LogEnd> {
    const [first] = prefixes.allCalls;
    let end: Deno.KvKey | null = null;

    for (;;) {
      const selector: Deno.KvListSelector = end === null
        ? { prefix: prefixes.allCalls }
        : { prefix: prefixes.allCalls, end };
      const [entry] = await Array.fromAsync(this.#kv.list(selector, { reverse: true, limit: 1 }));
      if (entry === undefined) return;

      const workspaceId = WorkspaceId.parse(entry.key[1]);
      yield { workspaceId, versionstamp: String(entry.key[2]) };
      // An end is exclusive, and this one lies before all that the workspace has.
      end = [first, workspaceId];
    }
  }

  /** The place of the first pack that a workspace still has; `null` when there is none. */
  async first(workspaceId: WorkspaceId): Promise<string | null> {
    const prefix = prefixes.calls(workspaceId);
    const [entry] = await Array.fromAsync(this.#kv.list({ prefix }, { limit: 1 }));
    return entry === undefined ? null : String(entry.key.at(-1));
  }

  /** What was recorded in a workspace after this place, in the order of its commits. */
  after(
    workspaceId: WorkspaceId,
    versionstamp: string,
    stretch: FeedStretch = {},
  ): AsyncGenerator<FedPack> {
    return this.from(workspaceId, behindPack(versionstamp), stretch);
  }

  /**
   * The same from a place on, that one included; `""` is the beginning. Strongly consistent, so
   * that none is missing that is there.
   */
  async *from(
    workspaceId: WorkspaceId,
    versionstamp: string,
    { upTo = null, readAhead = READ_AHEAD }: FeedStretch = {},
  ): AsyncGenerator<FedPack> {
    const start = keys.calls(workspaceId, versionstamp);
    const selector = upTo === null
      ? { prefix: prefixes.calls(workspaceId), start }
      : { start, end: keys.calls(workspaceId, behindPack(upTo)) };
    for await (const entry of this.#kv.list(selector, { batchSize: readAhead })) {
      yield packOf(entry);
    }
  }
}

function packOf(entry: Deno.KvEntry<unknown>): FedPack {
  let dates: PackDates = {
    versionstamp: String(entry.key.at(-1)),
    endedAt: NEVER,
    expiresAt: null,
  };
  try {
    const pack = parseRecord(CallPack, entry);
    dates = { ...dates, endedAt: pack.endedAt, expiresAt: pack.expiresAt };
    return { ...dates, calls: unpackCalls(pack) };
  } catch (damage) {
    return { ...dates, calls: null, damage };
  }
}
